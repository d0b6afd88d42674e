"""Instructions about rules and their clauses."""

from __future__ import annotations

from abc import abstractmethod
from typing import Annotated, Literal
from uuid import uuid4

from pydantic import Field

from bot.services.launchdarkly.bodies import Body
from bot.services.launchdarkly.errors import invalid
from bot.services.launchdarkly.records import Clause, Config, Place, Rule
from bot.services.launchdarkly.steps import Choice, Instruction

Operator = Literal[
    "in",
    "endsWith",
    "startsWith",
    "matches",
    "contains",
    "lessThan",
    "lessThanOrEqual",
    "greaterThan",
    "greaterThanOrEqual",
    "before",
    "after",
    "segmentMatch",
    "semVerEqual",
    "semVerLessThan",
    "semVerGreaterThan",
]


class ClauseBody(Body):
    """A clause in a request; it has no id yet."""

    attribute: str
    op: Operator
    values: list[str | int | float | bool]
    negate: bool = False
    context_kind: str = "user"

    def to_clause(self, identifier: str = "") -> Clause:
        """The clause to store, with this id or a new one."""
        return Clause(id=identifier or str(uuid4()), **self.model_dump())


class RuleBody(Choice):
    """A rule in a request; it has no id yet."""

    clauses: Annotated[list[ClauseBody], Field(min_length=1)]
    description: str = ""
    track_events: bool = False

    def to_rule(self, config: Config) -> Rule:
        """The rule to store, with a new id."""
        return Rule(
            id=str(uuid4()),
            description=self.description,
            clauses=[clause.to_clause() for clause in self.clauses],
            serving=self.serving(config),
            track_events=self.track_events,
        )


class AddRule(Instruction, RuleBody):
    """Add a rule, at the end or before another one."""

    part = "rules"
    kind: Literal["addRule"]
    before_rule_id: str | None = None

    def apply(self, config: Config, place: Place) -> None:
        """Add the rule."""
        at = len(place.rules)
        if self.before_rule_id is not None:
            at = place.rules.index(rule_of(place, self.before_rule_id))
        place.rules.insert(at, self.to_rule(config))


class RemoveRule(Instruction):
    """Remove a rule; an unknown id is not an error."""

    part = "rules"
    kind: Literal["removeRule"]
    rule_id: str

    def apply(self, config: Config, place: Place) -> None:  # noqa: ARG002 - what the library hands in
        """Remove the rule."""
        place.rules = [rule for rule in place.rules if rule.id != self.rule_id]


class ReorderRules(Instruction):
    """Reorder the rules; all of them have to be listed."""

    part = "rules"
    kind: Literal["reorderRules"]
    rule_ids: list[str]

    def apply(self, config: Config, place: Place) -> None:  # noqa: ARG002 - what the library hands in
        """Reorder the rules."""
        rules = {rule.id: rule for rule in place.rules}
        if sorted(self.rule_ids) != sorted(rules):
            raise invalid("ruleIds: has to name exactly the present rules")
        place.rules = [rules[identifier] for identifier in self.rule_ids]


class ReplaceRules(Instruction):
    """Replace all rules."""

    part = "rules"
    kind: Literal["replaceRules"]
    rules: list[RuleBody]

    def apply(self, config: Config, place: Place) -> None:
        """Replace the rules."""
        place.rules = [rule.to_rule(config) for rule in self.rules]


class OfRule(Instruction):
    """Base class of instructions that change one rule."""

    part = "rules"
    rule_id: str

    def apply(self, config: Config, place: Place) -> None:
        """Find the rule and change it."""
        self.change(config, rule_of(place, self.rule_id))

    @abstractmethod
    def change(self, config: Config, rule: Rule) -> None:
        """Change the rule. Raises `Refusal`."""


class UpdateRule(OfRule, Choice):
    """Change what a rule serves."""

    kind: Literal["updateRuleVariationOrRollout"]

    def change(self, config: Config, rule: Rule) -> None:
        """Set what the rule serves."""
        rule.serving = self.serving(config)


class UpdateRuleDescription(OfRule):
    """Change the description of a rule."""

    kind: Literal["updateRuleDescription"]
    description: str

    def change(self, config: Config, rule: Rule) -> None:  # noqa: ARG002 - what the library hands in
        """Set the description."""
        rule.description = self.description


class UpdateRuleTrackEvents(OfRule):
    """Change whether events of a rule are tracked."""

    kind: Literal["updateRuleTrackEvents"]
    track_events: bool

    def change(self, config: Config, rule: Rule) -> None:  # noqa: ARG002 - what the library hands in
        """Set whether events are tracked."""
        rule.track_events = self.track_events


class AddClauses(OfRule):
    """Add clauses to a rule."""

    kind: Literal["addClauses"]
    clauses: list[ClauseBody]

    def change(self, config: Config, rule: Rule) -> None:  # noqa: ARG002 - what the library hands in
        """Add the clauses."""
        rule.clauses.extend(clause.to_clause() for clause in self.clauses)


class RemoveClauses(OfRule):
    """Remove clauses from a rule."""

    kind: Literal["removeClauses"]
    clause_ids: list[str]

    def change(self, config: Config, rule: Rule) -> None:  # noqa: ARG002 - what the library hands in
        """Remove the clauses; at least one has to remain."""
        for identifier in self.clause_ids:
            rule.clauses.remove(clause_of(rule, identifier))
        if not rule.clauses:
            raise invalid("clauseIds: a rule needs at least one clause")


class UpdateClause(OfRule):
    """Replace a clause of a rule."""

    kind: Literal["updateClause"]
    clause_id: str
    clause: ClauseBody

    def change(self, config: Config, rule: Rule) -> None:  # noqa: ARG002 - what the library hands in
        """Replace the clause; its id stays the same."""
        at = rule.clauses.index(clause_of(rule, self.clause_id))
        rule.clauses[at] = self.clause.to_clause(self.clause_id)


class AddValues(OfRule):
    """Add values to a clause."""

    kind: Literal["addValuesToClause"]
    clause_id: str
    values: list[str | int | float | bool]

    def change(self, config: Config, rule: Rule) -> None:  # noqa: ARG002 - what the library hands in
        """Add the values that the clause does not have yet."""
        clause = clause_of(rule, self.clause_id)
        clause.values.extend(value for value in self.values if value not in clause.values)


class RemoveValues(OfRule):
    """Remove values from a clause."""

    kind: Literal["removeValuesFromClause"]
    clause_id: str
    values: list[str | int | float | bool]

    def change(self, config: Config, rule: Rule) -> None:  # noqa: ARG002 - what the library hands in
        """Remove the values; those that the clause lacks are ignored."""
        clause = clause_of(rule, self.clause_id)
        clause.values = [value for value in clause.values if value not in self.values]


def rule_of(place: Place, identifier: str) -> Rule:
    """Return the rule with this id. Raises `Refusal` (400)."""
    for rule in place.rules:
        if rule.id == identifier:
            return rule
    raise invalid(f"Unknown ruleId {identifier}")


def clause_of(rule: Rule, identifier: str) -> Clause:
    """Return the clause with this id. Raises `Refusal` (400)."""
    for clause in rule.clauses:
        if clause.id == identifier:
            return clause
    raise invalid(f"Unknown clauseId {identifier}")

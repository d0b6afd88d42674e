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
    """A clause as it is sent; it gets an id of its own."""

    attribute: str
    op: Operator
    values: list[str | int | float | bool]
    negate: bool = False
    context_kind: str = "user"

    def made(self, identifier: str = "") -> Clause:
        """The clause to keep."""
        return Clause(id=identifier or str(uuid4()), **self.model_dump())


class RuleBody(Choice):
    """A rule as it is sent."""

    clauses: Annotated[list[ClauseBody], Field(min_length=1)]
    description: str = ""
    track_events: bool = False

    def made(self, config: Config) -> Rule:
        """The rule to keep, with a new id."""
        return Rule(
            id=str(uuid4()),
            description=self.description,
            clauses=[clause.made() for clause in self.clauses],
            serving=self.serving(config),
            track_events=self.track_events,
        )


class AddRule(Instruction, RuleBody):
    """One more rule, last or before another one."""

    part = "rules"
    kind: Literal["addRule"]
    before_rule_id: str | None = None

    def apply(self, config: Config, place: Place) -> None:
        """Add it."""
        at = len(place.rules)
        if self.before_rule_id is not None:
            at = place.rules.index(rule_of(place, self.before_rule_id))
        place.rules.insert(at, self.made(config))


class RemoveRule(Instruction):
    """One rule less; one that is not there is no error."""

    part = "rules"
    kind: Literal["removeRule"]
    rule_id: str

    def apply(self, config: Config, place: Place) -> None:  # noqa: ARG002 - what the library hands in
        """Remove it."""
        place.rules = [rule for rule in place.rules if rule.id != self.rule_id]


class ReorderRules(Instruction):
    """The same rules in another order."""

    part = "rules"
    kind: Literal["reorderRules"]
    rule_ids: list[str]

    def apply(self, config: Config, place: Place) -> None:  # noqa: ARG002 - what the library hands in
        """Put them in order."""
        rules = {rule.id: rule for rule in place.rules}
        if sorted(self.rule_ids) != sorted(rules):
            raise invalid("ruleIds: has to name exactly the present rules")
        place.rules = [rules[identifier] for identifier in self.rule_ids]


class ReplaceRules(Instruction):
    """Other rules instead of all that are there."""

    part = "rules"
    kind: Literal["replaceRules"]
    rules: list[RuleBody]

    def apply(self, config: Config, place: Place) -> None:
        """Replace them."""
        place.rules = [rule.made(config) for rule in self.rules]


class OfRule(Instruction):
    """Something about one rule."""

    part = "rules"
    rule_id: str

    def apply(self, config: Config, place: Place) -> None:
        """Find the rule and change it."""
        self.change(config, rule_of(place, self.rule_id))

    @abstractmethod
    def change(self, config: Config, rule: Rule) -> None:
        """Change the rule. Raises `Refusal`."""


class UpdateRule(OfRule, Choice):
    """What a rule serves."""

    kind: Literal["updateRuleVariationOrRollout"]

    def change(self, config: Config, rule: Rule) -> None:
        """Serve something else."""
        rule.serving = self.serving(config)


class UpdateRuleDescription(OfRule):
    """What a rule is called."""

    kind: Literal["updateRuleDescription"]
    description: str

    def change(self, config: Config, rule: Rule) -> None:  # noqa: ARG002 - what the library hands in
        """Describe it."""
        rule.description = self.description


class UpdateRuleTrackEvents(OfRule):
    """Whether events of a rule are kept."""

    kind: Literal["updateRuleTrackEvents"]
    track_events: bool

    def change(self, config: Config, rule: Rule) -> None:  # noqa: ARG002 - what the library hands in
        """Switch it."""
        rule.track_events = self.track_events


class AddClauses(OfRule):
    """More conditions."""

    kind: Literal["addClauses"]
    clauses: list[ClauseBody]

    def change(self, config: Config, rule: Rule) -> None:  # noqa: ARG002 - what the library hands in
        """Add them."""
        rule.clauses.extend(clause.made() for clause in self.clauses)


class RemoveClauses(OfRule):
    """Fewer conditions."""

    kind: Literal["removeClauses"]
    clause_ids: list[str]

    def change(self, config: Config, rule: Rule) -> None:  # noqa: ARG002 - what the library hands in
        """Remove them; a rule needs one."""
        for identifier in self.clause_ids:
            rule.clauses.remove(clause_of(rule, identifier))
        if not rule.clauses:
            raise invalid("clauseIds: a rule needs at least one clause")


class UpdateClause(OfRule):
    """Another condition instead of one."""

    kind: Literal["updateClause"]
    clause_id: str
    clause: ClauseBody

    def change(self, config: Config, rule: Rule) -> None:  # noqa: ARG002 - what the library hands in
        """Put it in its place; the id stays."""
        at = rule.clauses.index(clause_of(rule, self.clause_id))
        rule.clauses[at] = self.clause.made(self.clause_id)


class AddValues(OfRule):
    """More values in a condition."""

    kind: Literal["addValuesToClause"]
    clause_id: str
    values: list[str | int | float | bool]

    def change(self, config: Config, rule: Rule) -> None:  # noqa: ARG002 - what the library hands in
        """Add those that are not there."""
        clause = clause_of(rule, self.clause_id)
        clause.values.extend(value for value in self.values if value not in clause.values)


class RemoveValues(OfRule):
    """Fewer values in a condition."""

    kind: Literal["removeValuesFromClause"]
    clause_id: str
    values: list[str | int | float | bool]

    def change(self, config: Config, rule: Rule) -> None:  # noqa: ARG002 - what the library hands in
        """Remove those that are there."""
        clause = clause_of(rule, self.clause_id)
        clause.values = [value for value in clause.values if value not in self.values]


def rule_of(place: Place, identifier: str) -> Rule:
    """A rule by its id. Raises `Refusal` (400)."""
    for rule in place.rules:
        if rule.id == identifier:
            return rule
    raise invalid(f"Unknown ruleId {identifier}")


def clause_of(rule: Rule, identifier: str) -> Clause:
    """A clause by its id. Raises `Refusal` (400)."""
    for clause in rule.clauses:
        if clause.id == identifier:
            return clause
    raise invalid(f"Unknown clauseId {identifier}")

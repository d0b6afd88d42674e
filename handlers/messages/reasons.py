"""Texts for every reason of a refusal: why, and what to do about it.

Templates are filled with facts that `code` has escaped; a missing fact is replaced by a neutral phrase.
"""

from __future__ import annotations

from bot.domain.errors import Code

REASONS: dict[Code, tuple[str, str]] = {
    Code.PERSON_UNREADABLE: (
        "I couldn't look you up in Slack, so I can't check your permissions.",
        "Try again in a minute. If this keeps happening, the app lacks the scope `users:read`.",
    ),
    Code.STRANGER: ("Your account belongs to another organisation.", "Ask a full member of this workspace to do it."),
    Code.GUEST: (
        "You have a guest account, and only full members can do this.",
        "Ask a full member to do it, or ask for a full account.",
    ),
    Code.BOT: ("This is a bot account, and only people can do this.", "A person has to do it."),
    Code.DEACTIVATED: ("Your account is deactivated.", "Ask for it to be activated again."),
    Code.OWN_CHANGE: (
        "You can't approve or reject your own change. Someone else has to.",
        "Ask them to press *Approve* or *Reject* on its card. To take it back yourself, press *Withdraw*.",
    ),
    Code.NOT_REQUESTER: (
        "Only the person who asked for a change can withdraw it.",
        "Ask them, or press *Reject* on its card.",
    ),
    Code.ALREADY_VOTED: (
        "You've already decided on this change, and each person has one vote.",
        "Ask someone else to press *Approve* or *Reject* on its card.",
    ),
    Code.TARGET_UNFIT: (
        "I can't tell what this change should make live, so I didn't do anything.",
        "Type the line again. It has to say what to make live.",
    ),
    Code.ALREADY_LIVE: ("Exactly this config is already live there.", "`deployments` shows what is live."),
    Code.NOTHING_LIVE: (
        "Nothing is live there, so there's nothing to promote or deactivate.",
        "`deployments` shows what is live.",
    ),
    Code.OTHER_PROJECT: (
        "{config} does not belong to {project}.",
        "Name a config of this project, or name the project that it belongs to.",
    ),
    Code.NO_HISTORY: ("I don't know what was live there before.", "Name it: `rollback PROJECT in ENV to CONFIG`."),
    Code.SAME_ENVIRONMENT: (
        "Both environments are the same.",
        "Name two different ones: `promote PROJECT from ENV to ENV`.",
    ),
    Code.NOT_ONE_LIVE: (
        "Several configs share the traffic there, or it is switched off, so I can't tell which config to take.",
        "Name the config: `deploy CONFIG of PROJECT to ENV`.",
    ),
    Code.PROVIDER_CANNOT: (
        "{nouns} in {provider} can't be {done} from here.",
        "Do it in the service itself. `project list` shows what there is.",
    ),
    Code.CONFIG_GONE: ("{config} no longer exists at the provider.", "These do: {names}."),
    Code.GATE_DECLINED: (
        "{reviewer} declined the approval that the provider requires{wrote}",
        "Talk to them. If you still want this change, ask for it again.",
    ),
    Code.GATE_GONE: (
        "Somebody deleted the approval request at the provider.",
        "If you still want this change, ask for it again.",
    ),
    Code.ARCHIVED: (
        "{config} is archived at the provider, so it can't be made live.",
        "Name another one, or restore it in the service first.",
    ),
    Code.SWITCHED_OFF: (
        "The project is switched off there, so nothing I deploy would be live.",
        "Switch it on in the service. I can't do that from here.",
    ),
    Code.EXPERIMENT_RUNNING: (
        "An experiment is running there and decides what is live.",
        "Stop the experiment in the service, then ask again.",
    ),
    Code.GUARDED_ROLLOUT: (
        "A guarded rollout is under way there.",
        "Let it finish, or stop it in the service, then ask again.",
    ),
    Code.SPLIT_LIVE: (
        "Several configs share the traffic there, with weights that somebody set. This change would replace them.",
        "Type the line again and press *Replace the split* below it.",
    ),
    Code.OPEN_CHANGE: (
        "{change} is open for the same project and environment, and only one change can be open at a time.",
        "Decide on it, wait for it, or take it back with `withdraw {label}`.",
    ),
    Code.STATE_MOVED: (
        "This change was already acted on{by}.",
        "Look at its card, and press again if you still need to.",
    ),
    Code.TOO_LATE: (
        "I can't do that any more. The change is now: {state}{by}.",
        "Its card shows what you can still do.",
    ),
    Code.APPROVER_LOST: (
        "An approver is no longer allowed to approve, so too few approvals count{left}.",
        "Ask for it again, and let full members approve.",
    ),
    Code.NOT_LAST: (
        "Something else was deployed on top of it, so it can't be undone.",
        "Use `rollback PROJECT in ENV to CONFIG`.",
    ),
    Code.EXPIRED: ("The time to approve this change has run out.", "If you still want it, ask for it again."),
    Code.TARGET_CHANGED: (
        "What is live there has changed since this change was asked for{now}.{drift}",
        "Ask for it again: the new card compares with what is live now.",
    ),
    Code.CONTENT_CHANGED: (
        "The content of the config was edited after this change was asked for.",
        "Ask for it again: the new card shows the content as it is now.",
    ),
    Code.ENVIRONMENT_CHANGED: (
        "The environment was renamed or removed at the provider.",
        "`deployments` shows the environments that exist now. Ask again.",
    ),
    Code.RULE_CHANGED: (
        "The approval rule has changed. Before: {was}. Now: {is}.",
        "Ask for it again: the new card follows the new rule.",
    ),
    Code.VERDICT_CHANGED: (
        "The evaluations have changed. Verdict before: {was}. Verdict now: {is}.",
        "Ask for it again: the new card shows the evaluations as they are now.",
    ),
    Code.TIME_PASSED: ("{due} has already passed.", "Name a later time, such as `at 9:00 tomorrow` or `in 2h`."),
    Code.TIME_TOO_FAR: (
        "{due} is more than {days} days away, and I don't schedule anything that far ahead.",
        "Name an earlier time, or ask again closer to it.",
    ),
    Code.NOT_SCHEDULED: (
        "This change isn't scheduled, so there is no time to move.",
        "You can only move changes that were asked for with `at TIME` or `in DURATION`.",
    ),
    Code.NOT_INVOLVED: (
        "Only the person who asked for a scheduled change, and the people who approved it, can move or withdraw it.",
        "Ask one of them. Its card names them.",
    ),
    Code.DUE_UNAPPROVED: (
        "It was still waiting for approval when its time came.",
        "If you still want it, ask for it again with a later time.",
    ),
    Code.DUE_MISSED: (
        "I couldn't apply it at its time, and now it is more than {minutes} minutes late.",
        "If you still want it, ask for it again.",
    ),
    Code.QUORUM_INVALID: (
        "Nothing can be approved, because the number of approvals is not valid in {rule}.",
        "Set `approvals` to 1 or more in the policy file, or mark the environment as open there.",
    ),
    Code.RULE_UNREADABLE: (
        "I couldn't read the policy, and without it I allow nothing.",
        "Fix the policy file. The log says where it is wrong.",
    ),
    Code.SERVED_UNREADABLE: (
        "I couldn't read what is live there, so I can't compare.",
        "Try again in a minute. `deployments` shows when the provider answers again.",
    ),
    Code.TOO_MANY_REFUSED: (
        "I refused {count} of your requests within a minute, so I'm not taking any more for now.",
        "Wait a minute, and try `explain` before you ask again.",
    ),
    Code.REASON_REQUIRED: ("Changes to this environment need a reason.", "Add it at the end of the line: `because …`."),
    Code.NO_CALLER_EVALUATOR: (
        "None of its evaluators waits for people, so the provider sets the status by itself.",
        "Wait until it ends.",
    ),
    Code.EVALUATION_OVER: (
        "The evaluation has ended, so there's nothing to remind you of.",
        "`evaluations` shows how it ended.",
    ),
    Code.STATUS_FORBIDS: (
        "An evaluation that is {status} can't become {wanted}.",
        "You can only complete running ones, and only reopen completed ones.",
    ),
    Code.KEEPS_NO_EVALUATIONS: ("{provider} keeps no evaluations.", "`evaluations` lists those of other providers."),
    Code.NAME_TAKEN: (
        "There's already a project called {name}.",
        "Choose another name. `project list` shows the names that are taken.",
    ),
    Code.NAME_INVALID: ("A name needs visible letters on one line.", 'Write it in quotes: `project create "NAME"`.'),
    Code.DIRECTORY_INVALID: (
        "{directory} is not the id of a directory.",
        "Copy the id from the service. It begins with `dir_`.",
    ),
    Code.FIELD_MISSING: ("{nouns} in {provider} have no field {field}.", "They have {fields}."),
    Code.TAG_INVALID: (
        "{tag} is not a tag: a tag is one word.",
        "Put commas between tags: `tags=a,b`, or `tags=+a,-b` to add one and remove another.",
    ),
    Code.TAGS_MIXED: (
        "Some tags have a sign and some don't, so I can't tell which to keep.",
        "Name all of them, `tags=a,b`, or name what to add and what to remove, `tags=+a,-b`.",
    ),
    Code.METRIC_INVALID: (
        "{metric} is not the key of a metric: a key is one word.",
        "Copy the key from the metric's page in the service: `metric=KEY`.",
    ),
    Code.MEMBER_UNKNOWN: (
        "{provider} doesn't know anybody as {who}.",
        "Type the e-mail address they use there, `maintainer=ana@example.com`, or a team's key, `team=KEY`.",
    ),
    Code.TEAM_UNKNOWN: (
        "{provider} has no team {team}.",
        "Copy the key from the team's page in the service: `team=KEY`.",
    ),
    Code.MAINTAINER_UNCLEAR: (
        "There are several called {who}: {names}.",
        "Type the e-mail address of the one you mean: `maintainer=ana@example.com`.",
    ),
    Code.MAINTAINER_TWICE: (
        "It can only have one maintainer, a person or a team, and your line names more.",
        "Leave out `maintainer=` or `team=`.",
    ),
    Code.ADDRESS_UNREADABLE: (
        "Slack doesn't tell me the e-mail address of {who}, and {provider} knows people by theirs.",
        "Type the address, `maintainer=ana@example.com`. Mentions work once the app has the scope `users:read.email`.",
    ),
    Code.NOTHING_TO_CHANGE: ("Everything is already like that.", "`project show` shows how it is."),
    Code.PROJECT_CHANGED: (
        "Somebody else changed the project after I showed you this.",
        "Type the line again to see the project as it is now.",
    ),
    Code.BUTTON_USED: (
        "This button no longer works: it was already pressed, or it is too old.",
        "Look whether it is done already, or type the line again.",
    ),
    Code.DRAFT_UNREADABLE: (
        "That button is from another version of me, so I didn't do anything.",
        "Type the line again.",
    ),
    Code.DRIFT_OVER: ("This is already over{how}.", "`deployments` shows what is live now."),
    Code.DRIFT_MOVED_ON: (
        "What is live changed again after you saw this message.",
        "The message now says what is live. Look at it, and press again.",
    ),
    Code.CANNOT_RESTORE: (
        "I can't make live again what was live before.",
        "Put it back in the service itself, deploy another config, or press *Adopt* if what is live is right.",
    ),
    Code.CANNOT_POST: (
        "I can't post in this channel, and I have no default channel.",
        "Type `/invite @configbot` here first, or ask again in a channel that I'm in.",
    ),
    Code.NO_CHANNEL: (
        "You didn't ask in a channel, and I have no default channel that I can post its card in.",
        "Type it in the channel where people should see and approve it.",
    ),
}
"""Why, and what to do about it, addressed to the person whose request is refused."""

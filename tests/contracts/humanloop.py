"""The Humanloop wire for the provider contract: one good answer for every operation."""

from __future__ import annotations

from typing import Any

DATASET = {
    "id": "evts_3ErTy6UiOp9AsDfGhJ2Kl",
    "project_id": "",
    "name": "refund cases",
    "description": "Hand-labelled",
    "datapoint_count": 40,
    "created_at": "2024-05-18T12:00:00Z",
    "updated_at": "2024-05-19T07:30:00Z",
}

CONFIG = {
    "id": "config_Zx3CvBn6Mq9WeRt2YuIoP",
    "type": "model",
    "name": "triage v3",
    "description": "Shorter system text",
    "provider": "openai",
    "model": "gpt-4o",
    "endpoint": "chat",
    "max_tokens": 400,
    "temperature": 0.2,
    "top_p": 1,
    "stop": None,
    "presence_penalty": 0,
    "frequency_penalty": 0,
    "seed": None,
    "response_format": {"type": "json_object"},
    "prompt_template": None,
    "chat_template": [{"role": "system", "content": "Sort the request of {{customer}} into one of the queues."}],
    "tools": [],
    "tool_configs": None,
    "other": {},
}

PROJECT_CONFIG = {
    "project_id": "pr_8QmVb2Zk0sTnYc4LxHdE7",
    "project_name": "Refund triage",
    "created_at": "2024-05-14T08:20:00Z",
    "updated_at": "2024-05-14T08:20:00",
    "last_used": "2024-06-02T16:39:58Z",
    "config": CONFIG,
    "num_datapoints": 380,
    "evaluation_aggregates": None,
}

PROJECT: dict[str, Any] = {
    "id": "pr_8QmVb2Zk0sTnYc4LxHdE7",
    "name": "Refund triage",
    "users": [{"id": "usr_4hJk9PzXw1RbNq7TgMvC2", "email_address": "ines@example.com", "full_name": "Ines Duarte"}],
    "data_count": 412,
    "feedback_types": [],
    "team_id": "tm_1SdFg5HjKl8QwErTy3UiO",
    "created_at": "2024-05-14T08:12:30.114000Z",
    "updated_at": "2024-06-02T16:40:05.902000Z",
    "active_config": PROJECT_CONFIG,
    "config_type": "model",
    "active_evaluators": None,
    "directory_id": None,
}

PAGE = {"records": [PROJECT], "page": 0, "size": 100, "total": 1}

DEPLOYMENTS: list[dict[str, Any]] = [
    {
        "project_id": "pr_8QmVb2Zk0sTnYc4LxHdE7",
        "project_name": "Refund triage",
        "environment_id": "env_9LkJh3GfDs6AqWeRtY1Zx",
        "environment_name": "production",
        "environment_tag": "default",
        "model_config_id": "config_Zx3CvBn6Mq9WeRt2YuIoP",
        "model_config_name": "triage v3",
    },
    {
        "project_id": "pr_8QmVb2Zk0sTnYc4LxHdE7",
        "project_name": "Refund triage",
        "environment_id": "env_2MnBv7CxZa4SdFgHjK8Ql",
        "environment_name": "staging",
        "environment_tag": "other",
        "model_config_id": None,
        "model_config_name": None,
    },
]

EVALUATION: dict[str, Any] = {
    "id": "ev_7HyGt4FrDe1SwAqZx9CvB",
    "status": "running",
    "config": {"id": "config_Zx3CvBn6Mq9WeRt2YuIoP", "type": "model", "model": "gpt-4o", "name": "triage v3"},
    "created_at": "2024-06-03T09:00:00Z",
    "updated_at": "2024-06-03T11:00:04+02:00",
    "evaluators": [
        {
            "id": "evfn_5TgBn8YhMj1UkIl4OpQaZ",
            "name": "queue matches",
            "description": "Right queue?",
            "type": "external",
            "arguments_type": "target_required",
            "return_type": "boolean",
            "code": None,
            "model_config": None,
            "logging_project": None,
            "created_at": "2024-05-20T10:00:00Z",
            "updated_at": "2024-05-20T10:00:00Z",
        }
    ],
    "dataset": DATASET,
    "dataset_version_id": "evtsv_1QaZx8SwEdC5VfRtGbNhY",
    "dataset_snapshot": None,
    "evaluator_aggregates": [
        {
            "model_config_id": "config_Zx3CvBn6Mq9WeRt2YuIoP",
            "evaluator_id": "evfn_5TgBn8YhMj1UkIl4OpQaZ",
            "evaluator_version_id": "evv_2WsXc7EdRv4TfGb9YhNuJ",
            "aggregate_value": 0.91,
        }
    ],
}

EVALUATOR: dict[str, Any] = EVALUATION["evaluators"][0]

DATAPOINT: dict[str, Any] = {
    "id": "evtc_9OlKi2JuHy5GtFrDeS8Wa",
    "dataset_id": "evts_3ErTy6UiOp9AsDfGhJ2Kl",
    "inputs": {"customer": "Marek"},
    "messages": [{"role": "user", "content": "I was charged twice."}],
    "target": {"queue": "double-charge"},
}

RESULT: dict[str, Any] = {
    "id": "evr_6UjMi9KoLp2QaWsEdR4Tf",
    "evaluator_id": "evfn_5TgBn8YhMj1UkIl4OpQaZ",
    "evaluator_version_id": "evv_2WsXc7EdRv4TfGb9YhNuJ",
    "evaluation_id": "ev_7HyGt4FrDe1SwAqZx9CvB",
    "log_id": "data_0PlOk3MiJn7UhBy5VgTfC",
    "value": True,
    "error": None,
    "created_at": "2024-06-03T09:01:10Z",
    "updated_at": "2024-06-03T09:01:10Z",
}

EVALUATION_DATAPOINT: dict[str, Any] = {"datapoint": DATAPOINT, "evaluation_results": [RESULT], "log": None}

GOOD: dict[str, Any] = {
    "check": PAGE,
    "projects": PAGE,
    "project": PROJECT,
    "create_project": PROJECT,
    "update_project": PROJECT,
    "configs": [PROJECT_CONFIG],
    "served": DEPLOYMENTS,
    "serve": DEPLOYMENTS,
    "clear": None,
    "evaluations": [EVALUATION],
    "evaluation": EVALUATION,
    "progress": {"records": [], "page": 1, "size": 10, "total": 0},
    "set_evaluation_status": EVALUATION,
}
"""A good answer for every method of the contract that asks the service something."""

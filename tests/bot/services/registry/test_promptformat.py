from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.services.registry.promptformat import Prompt, PromptError, parse, serialise
from bot.services.registry.wire import Parameters

FRIENDLY = """---
model: gpt-4o
temperature: 0.7
max_tokens: -1
provider: openai
endpoint: chat
---
<system>
  You are a friendly assistant.
</system>
<user>Hello {{name}}</user>
"""


def message(role: str, content: object = None, **more: object) -> dict[str, object]:
    empty = {"name": None, "tool_call_id": None, "tool_calls": None, "tool_call": None}
    return {"role": role, "content": content} | empty | more


def test_reads_parameters_and_messages() -> None:
    parameters = parse(FRIENDLY).parameters
    assert parameters["model"] == "gpt-4o"
    assert parameters["temperature"] == 0.7
    assert parameters["chat_template"] == [
        message("system", "You are a friendly assistant."),
        message("user", "Hello {{name}}"),
    ]


def test_keeps_paragraphs_and_deeper_indentation() -> None:
    text = "---\nmodel: m\n---\n<system>\n  List:\n    - one\n\n  End.\n</system>\n"
    assert parse(text).parameters["chat_template"][0]["content"] == "List:\n  - one\n\nEnd."


def test_leaves_lines_alone_that_are_not_indented_as_a_whole() -> None:
    text = "---\nmodel: m\n---\n<system>\nOne\n  two\n</system>\n"
    assert parse(text).parameters["chat_template"][0]["content"] == "One\n  two"


def test_tells_the_endpoint_from_the_template_when_it_is_not_given() -> None:
    assert parse("---\nmodel: m\n---\n<user>\n  Hi\n</user>\n").parameters["endpoint"] == "chat"
    assert parse("---\nmodel: m\n---\nSay hi").parameters["endpoint"] == "complete"


def test_reads_a_completion_template_as_it_stands() -> None:
    text = "---\nmodel: m\nendpoint: complete\n---\n\n<system>\n  No block {{here}}\n\n"
    assert parse(text).parameters["prompt_template"] == "<system>\n  No block {{here}}\n"


def test_a_file_without_template_has_none() -> None:
    parameters = parse("---\nmodel: m\n---\n\n").parameters
    assert (parameters["prompt_template"], parameters["chat_template"]) == (None, None)


def test_reads_images_tool_calls_and_their_answers() -> None:
    text = """---
model: gpt-4o
endpoint: chat
tools: [
  {"name": "look", "parameters": {"type": "object"}}
]
---
<user name="Ines">
  <text>
    What is it?
  </text>
  <image url="https://example.com/a.png?x=1&amp;y=2" detail="high" />
</user>
<assistant>
  Let me look.
  <tool_call id="call_1" name="look">
    {"a": 1}
  </tool_call>
</assistant>
<tool id="call_1" name="look">
  A cat
</tool>
<assistant>
  <tool_call id="call_2" name="look" />
</assistant>
<assistant />
"""
    prompt = parse(text)
    call = {"id": "call_1", "type": "function", "function": {"name": "look", "arguments": '{"a": 1}'}}
    bare = {"id": "call_2", "type": "function", "function": {"name": "look", "arguments": None}}
    image = {"url": "https://example.com/a.png?x=1&y=2", "detail": "high"}
    assert prompt.parameters["chat_template"] == [
        message(
            "user", [{"type": "text", "text": "What is it?"}, {"type": "image_url", "image_url": image}], name="Ines"
        ),
        message("assistant", "Let me look.", tool_calls=[call]),
        message("tool", "A cat", tool_call_id="call_1", name="look"),
        message("assistant", None, tool_calls=[bare]),
        message("assistant"),
    ]
    assert prompt.parameters["tools"][0]["name"] == "look"
    assert parse(serialise(prompt)) == prompt


def test_a_time_in_the_parameters_is_a_text() -> None:
    assert parse("---\nmodel: m\ndescription: 2024-01-01\n---\n").description == "2024-01-01"


def test_reads_files_of_other_systems() -> None:
    """A byte order mark and carriage returns say nothing."""
    assert parse("\ufeff" + FRIENDLY.replace("\n", "\r\n")) == parse(FRIENDLY)


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("", 1, "begin the file"),
        ("model: m\n", 1, "begin the file"),
        ("---\nmodel: m\n", 1, "close the parameters"),
        ("---\n- a\n---\n", 2, "name: value"),
        ("---\n\n---\n", 2, "name: value"),
        ("---\nmodel: m\ntools: [\n---\n", 3, "not YAML"),
        ("---\nmodel: \0\n---\n", 2, "not YAML"),
        ("---\nmodel: m\nseed: !!int x\n---\n", 2, "not YAML"),
        ("---\nmodel: &a m\nprovider: *a\n---\n", 2, "aliases"),
        ("---\nmodel: m\nseed: 1\nmodel: n\n---\n", 4, "second time"),
        ("---\nmodel: m\nother: {a: !!binary aGk=}\n---\n", 2, "plain values"),
        ("---\nmodel: m\ntemperature: .nan\n---\n", 2, "plain values"),
        ("---\nprovider: openai\n---\n", 1, "model: field required"),
        ("---\nmodel: m\ntemprature: 1\n---\n", 3, "temprature: extra fields not permitted"),
        ("---\nmodel: m\ntools:\n- description: x\n---\n", 3, "tools.0.name: field required"),
        ("---\nmodel: m\nprovider: nobody\n---\n", 3, "permitted: 'openai'"),
        ("---\nmodel: m\nchat_template: []\n---\n", 3, "below the parameters"),
        ("---\nmodel: m\nendpoint: chat\n---\nhello\n", 5, "expected <system> or"),
        ("---\nmodel: m\n---\n<user>\nhi\n</user>\nmore\n", 7, "found 'more'"),
        ("---\nmodel: m\n---\n<user>\nhi\n", 4, "never closed"),
        ("---\nmodel: m\n---\n<user /> hi\n", 4, "nothing may follow"),
        ('---\nmodel: m\n---\n<user colour="red">\n</user>\n', 4, "no attribute colour"),
        ('---\nmodel: m\n---\n<user>\n<image source="x" />\n</user>\n', 5, "<image> takes url"),
        ('---\nmodel: m\n---\n<user>\nLook:\n<image url="x" />\n</user>\n', 5, "expected <text> or <image>"),
        ('---\nmodel: m\n---\n<assistant>\n<tool_call id="1" />\n</assistant>\n', 5, "<tool_call> takes id"),
        ("---\nmodel: m\n---\n<user>\nhalf \ud800\n</user>\n", 1, "half surrogate"),
    ],
)
def test_names_the_line_that_is_wrong(text: str, line: int, words: str) -> None:
    with pytest.raises(PromptError) as caught:
        parse(text)
    assert (caught.value.line, words in caught.value.message) == (line, True), caught.value


texts = st.text(st.characters(codec="utf-8", exclude_characters="\0\r\x85\u2028\u2029"), max_size=40)
tagged = st.lists(st.sampled_from(["<system>", " </user>", "\\<tool>", '<image url="x" />', "---", "", "  x"])).map(
    "\n".join
)
contents = st.one_of(texts, tagged)
names = st.one_of(st.none(), texts)


@st.composite
def messages(draw: st.DrawFn) -> dict[str, object]:
    role = draw(st.sampled_from(["system", "user", "assistant", "tool"]))
    content: object = draw(st.one_of(st.none(), contents))
    calls = None
    if role == "assistant" and draw(st.booleans()):
        function = st.fixed_dictionaries({"name": texts, "arguments": st.one_of(st.none(), contents)})
        call = st.fixed_dictionaries({"id": texts, "type": st.just("function"), "function": function})
        calls = draw(st.lists(call, min_size=1, max_size=2))
    if role == "user" and draw(st.booleans()):
        content = [{"type": "text", "text": draw(contents)}, {"type": "image_url", "image_url": {"url": draw(texts)}}]
    return {"role": role, "content": content, "name": draw(names), "tool_call_id": draw(names), "tool_calls": calls}


@given(st.lists(messages(), min_size=1, max_size=4), st.text(st.characters(codec="utf-8", exclude_characters="\0")))
def test_what_is_written_is_read_back(chat: list[dict[str, object]], description: str) -> None:
    document = {"model": "m", "endpoint": "chat", "chat_template": chat, "other": {"note": description}}
    prompt = Prompt(Parameters.model_validate(document).model_dump(mode="json"), description)
    assert parse(serialise(prompt)) == prompt


@given(texts.filter(str.strip))
def test_a_completion_template_is_read_back(text: str) -> None:
    prompt = Prompt(Parameters.model_validate({"model": "m", "prompt_template": text}).model_dump(mode="json"))
    assert parse(serialise(prompt)) == prompt


@pytest.mark.parametrize(
    "document",
    [
        {"endpoint": "chat", "prompt_template": "x"},
        {"endpoint": "complete", "chat_template": [{"role": "user", "content": "x"}]},
        {"endpoint": "chat", "prompt_template": "x", "chat_template": [{"role": "user", "content": "x"}]},
        {"endpoint": "chat", "chat_template": [{"role": "user", "tool_call": {"name": "f"}}]},
        {"endpoint": "chat", "chat_template": [{"role": "user", "content": [{"type": "text", "text": "x"}]}]},
        {
            "endpoint": "chat",
            "chat_template": [
                {"role": "user", "tool_calls": [{"id": "1", "type": "function", "function": {"name": "f"}}]}
            ],
        },
    ],
)
def test_refuses_to_write_what_it_could_not_read_back(document: dict[str, object]) -> None:
    prompt = Prompt(Parameters.model_validate({"model": "m"} | document).model_dump(mode="json"))
    with pytest.raises(ValueError, match="writing a prompt file"):
        serialise(prompt)

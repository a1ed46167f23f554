"""A mistake in a rule is told with file, line and rule, and all mistakes at once."""

import pytest

from services.triage.texts import rule_files
from services.triage.texts.yaml_lines import RuleError

RULE = """
rules:
  - id: en.means.gun
    class: means
    languages: [en]
    any: ["gun"]
    negatable: true
    raises: false
    source: a test
    matches: ["a gun"]
    rejects: ["a bun"]
"""


def loading(**files: str) -> tuple[str, ...]:
    shipped = rule_files.shipped_files()
    basis = {n: shipped[n] for n in ("words.yaml", "spelling.yaml", "negation.yaml", "exceptions.yaml")}
    try:
        rule_files.load(basis | {name.replace("_yaml", ".yaml"): text for name, text in files.items()})
    except RuleError as error:
        return error.problems
    return ()


def test_a_whole_rule_is_taken() -> None:
    assert loading(mine_yaml=RULE) == ()


@pytest.mark.parametrize(
    ("was", "written", "told"),
    [
        ("class: means", "class: weapons", "mine.yaml:4: en.means.gun: class: Input should be "),
        ('["gun"]', '["gun", "<guns>"]', "mine.yaml:6: en.means.gun: '<guns>': <guns>: no such list"),
        ('["gun"]', '["gun ~0"]', "mine.yaml:6: en.means.gun: 'gun ~0': '~0': a gap is ~ and a number"),
        ('["gun"]', '["gun", "gun"]', "mine.yaml:3: en.means.gun: 'gun' stands twice"),
        ("languages: [en]", "languages: []", "mine.yaml:3: en.means.gun: a rule that may be denied needs"),
        ("raises: false", "raise: false", "mine.yaml:8: en.means.gun: raise: Extra inputs"),
        ('matches: ["a gun"]', "matches: []", "mine.yaml:10: en.means.gun: matches: "),
        ("raises: false", "raises: true", ""),
        ('["gun"]', '["wanna"]', "mine.yaml:6: 'wanna': 'wanna' is always read as 'want to'"),
        ("rules:", "rulez:", "mine.yaml:2: needs `rules:`"),
        ("  - id", "\t- id", "mine.yaml:3: is no YAML here"),
        (
            "    negatable",
            "    exceptions: [jokes]\n    negatable",
            "exceptions: no exception is of kind 'jokes'",
        ),
    ],
)
def test_a_mistake_is_told_where_it_stands(was: str, written: str, told: str) -> None:
    problems = loading(mine_yaml=RULE.replace(was, written, 1))

    assert any(told in problem for problem in problems) if told else problems == ()


def test_a_raising_rule_may_not_depend_on_how_the_text_ends() -> None:
    raising = RULE.replace("raises: false", "raises: true").replace('["gun"]', '["^^ gun $$"]')

    assert "a later sentence would lower them" in loading(mine_yaml=raising)[0]


def test_an_id_that_stands_twice_is_told() -> None:
    assert loading(a_yaml=RULE, b_yaml=RULE) == (
        "b.yaml:3: en.means.gun: this id stands twice; give one another",
    )


def test_an_exception_of_one_word_is_refused() -> None:
    exceptions = """
exceptions:
  - {id: en.idiom.pun, kind: idiom, any: ["gun"], matches: ["gun"], rejects: ["bun"]}
"""

    assert "an exception of one word would silence" in loading(exceptions_yaml=exceptions)[0]


def test_a_list_that_a_comment_would_cut_is_refused() -> None:
    words = rule_files.shipped_files()["words.yaml"] + "\n  few: two, # three\n"

    assert "write the list as `name: >-`" in "\n".join(loading(words_yaml=words))


def test_all_mistakes_of_all_files_are_told_at_once() -> None:
    problems = loading(
        a_yaml=RULE.replace('["gun"]', '["<a>"]'),
        b_yaml=RULE.replace("class: means", "class: no").replace("gun\n", "rope\n"),
    )

    assert [problem.split(":")[0] for problem in problems] == ["a.yaml", "b.yaml"]


def test_a_missing_file_is_told() -> None:
    with pytest.raises(RuleError, match=r"words\.yaml:1: is missing"):
        rule_files.load({"mine.yaml": RULE})

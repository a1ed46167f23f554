"""The example in the roster's README is what it says."""

import doctest
import re
from pathlib import Path

README = Path(__file__).parents[4] / "services" / "roster" / "README.md"
CHAPTER = README.read_text().partition("## How rosters are written\n")[2] if README.exists() else ""


def test_the_example_compiles_to_what_the_readme_shows(tmp_path):
    chapter = CHAPTER.partition("\n## ")[0]
    for name, body in re.findall(r"```yaml\n# (\S+\.yaml)\n(.*?)```", chapter, re.DOTALL):
        (tmp_path / name).write_text(body)
    (code,) = re.findall(r"```python\n(.*?)```", chapter, re.DOTALL)
    example = doctest.DocTestParser().get_doctest(code, {"folder": tmp_path}, "README", str(README), 0)

    assert example.examples
    told: list[str] = []
    result = doctest.DocTestRunner().run(example, out=told.append)
    assert result.failed == 0, "".join(told)

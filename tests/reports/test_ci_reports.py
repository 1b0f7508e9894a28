"""Findings as SARIF and JUnit, as CI services read them."""

import json
from pathlib import Path
from xml.etree import ElementTree

import msgspec
import pytest
from tests.reports.sarif_schema import read_sarif

from inspector.cli.main import run
from inspector.code_reading.finding import HIGH, LOW
from inspector.project.project import Project
from inspector.reports.check_results import CheckResult, ReportForm
from inspector.reports.junit import junit
from inspector.reports.sarif import MAX_LOCATIONS, sarif

LEAK = CheckResult("twins_across", HIGH, "2 in both", "A & <b>.", ("a b/ä#1.png", "x.png"))
FLAT = CheckResult("flat", LOW, "1 flat", "Nothing to learn.\x07", ())


def test_sarif_names_rule_level_and_file() -> None:
    document = json.loads(sarif([LEAK, FLAT], dataset="data/pets", version="1.2.3"))
    (report,) = document["runs"]
    assert document["version"] == "2.1.0"
    rules = {rule["id"]: rule for rule in report["tool"]["driver"]["rules"]}
    assert {r["ruleId"] for r in report["results"]} == set(rules) == {"twins_across", "flat"}
    leak, flat = report["results"]
    assert (leak["level"], flat["level"]) == ("error", "note")
    uris = [p["physicalLocation"]["artifactLocation"]["uri"] for p in leak["locations"]]
    assert uris == ["data/pets/a%20b/%C3%A4%231.png", "data/pets/x.png"]
    assert len(flat["locations"]) == 1  # GitHub takes no result without one
    assert flat["partialFingerprints"] != leak["partialFingerprints"]


def test_sarif_fits_the_schema_of_its_version() -> None:
    odd = CheckResult("odd", "middle", "1 odd", "", ("a b/[1] 100% ä\u202e#?.png", "C:/x|y^z.png"))
    for results in ([], [LEAK, FLAT, FLAT, odd]):
        (one,) = read_sarif(sarif(results, dataset="mes données", version="1.2.3+4")).runs
        assert len(one.results) == len(results)


@pytest.mark.parametrize(
    ("part", "other"),
    [('"note"', '"info"'), ('"2.1.0"', '"2.0.0"'), ('"text"', '"txt"'), ('%23', "|"),
     ('"ruleId"', '"rule"')],
)  # fmt: skip
def test_what_does_not_fit_the_schema_is_refused(part: str, other: str) -> None:
    text = sarif([LEAK, FLAT], dataset="d", version="1")
    assert part in text
    with pytest.raises(msgspec.ValidationError):
        read_sarif(text.replace(part, other))


def test_sarif_keeps_every_file_beyond_the_locations() -> None:
    paths = tuple(f"{n}.png" for n in range(MAX_LOCATIONS + 5))
    many = CheckResult("flat", LOW, "many", "", paths)
    (result,) = json.loads(sarif([many], dataset="", version="1"))["runs"][0]["results"]
    assert len(result["locations"]) == MAX_LOCATIONS
    assert result["properties"]["files"] == list(paths)


def test_junit_fails_what_is_of_high_severity() -> None:
    suite = ElementTree.fromstring(junit([LEAK, FLAT], dataset="pets\x01"))[0]
    assert (suite.get("tests"), suite.get("failures")) == ("2", "1")
    leak, flat = suite.findall("testcase")
    failure = leak.find("failure")
    assert failure is not None
    assert failure.text == "2 in both. A & <b>.\na b/ä#1.png\nx.png"
    assert flat.find("failure") is None


def test_junit_without_findings_is_one_test_that_passes() -> None:
    suite = ElementTree.fromstring(junit([], dataset="pets"))[0]
    assert (suite.get("tests"), suite.get("failures"), len(suite)) == ("1", "0", 1)


def test_a_project_reports_all_that_the_overview_shows(project: Project, tmp_path: Path) -> None:
    findings = project.findings.overview().findings
    assert project.reports.write(tmp_path / "r.sarif", ReportForm.SARIF) == len(findings)
    text = (tmp_path / "r.sarif").read_text("utf-8")
    assert len(read_sarif(text).runs) == 1
    (report,) = json.loads(text)["runs"]
    assert [r["ruleId"] for r in report["results"]] == [f.code for f in findings]
    project.reports.write(tmp_path / "r.xml", ReportForm.JUNIT)
    suite = ElementTree.parse(tmp_path / "r.xml").getroot()[0]
    assert suite.get("failures") == str(sum(f.severity == "high" for f in findings))


@pytest.mark.parametrize(("name", "start"), [("r.sarif", "{"), ("r.xml", "<?xml"),
                                             ("r.html", "<!doctype html>")])  # fmt: skip
def test_the_ending_says_the_form(demo: Path, tmp_path: Path, name: str, start: str) -> None:
    words = ["report", str(demo), "--project", str(tmp_path / "p.inspector"), "--quiet"]
    assert run([*words, "-o", str(tmp_path / name)]) == 0
    assert (tmp_path / name).read_text("utf-8").startswith(start)
    assert run([*words, "-o", str(tmp_path / "other"), "--form", "junit"]) == 0
    assert (tmp_path / "other").read_text("utf-8").startswith("<?xml")

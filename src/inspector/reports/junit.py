"""JUnit XML, which Jenkins, GitLab and others show as test results."""

from collections.abc import Sequence
from xml.etree import ElementTree

from inspector.code_reading.finding import HIGH
from inspector.dataset.names import without_controls
from inspector.reports.check_results import CheckResult

_PASSED = "no finding of high severity"


def junit(results: Sequence[CheckResult], *, dataset: str) -> str:
    """Return a JUnit document: findings of high severity are failed tests, all others pass.

    Args:
        results: The findings.
        dataset: Name of the dataset, which becomes the name of the suite.
    """
    failed = [one for one in results if one.severity is HIGH]
    suite = ElementTree.Element("testsuite", name=without_controls(dataset))
    for one in results:
        case = ElementTree.SubElement(
            suite, "testcase", classname=f"inspector.{one.severity}", name=one.code
        )
        text = without_controls(f"{one.title}. {one.text}")
        lines = "\n".join((text, *map(without_controls, one.files)))
        if one.severity is HIGH:
            failure = ElementTree.SubElement(case, "failure", type=one.code)
            failure.set("message", without_controls(one.title))
            failure.text = lines
        else:
            ElementTree.SubElement(case, "system-out").text = lines
    if not failed:
        ElementTree.SubElement(suite, "testcase", classname="inspector", name=_PASSED)
    suite.set("tests", str(len(suite)))
    suite.set("failures", str(len(failed)))
    whole = ElementTree.Element("testsuites")
    whole.append(suite)
    ElementTree.indent(whole)
    text = ElementTree.tostring(whole, encoding="unicode")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{text}\n'

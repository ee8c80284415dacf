"""The doctor's report as text: sections of aligned rows that read well without colour."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from typing import Any, NamedTuple

__all__ = ["doctor_text"]

OK, MISSING, PROBLEM, NOTE = "ok", "missing", "problem", ""
_MARK_WIDTH = len(PROBLEM)


class _Row(NamedTuple):
    mark: str
    label: str
    value: str


def doctor_text(report: Mapping[str, Any]) -> str:
    """Lay out a report for a terminal of about 100 columns.

    Parameters
    ----------
    report : mapping
        What `Report.to_dict()` gives, before or after a way through JSON.

    Returns
    -------
    str
        Lines without colour and without a final line break.
    """
    sections = {
        "Python": _python_rows(report),
        "Backend": _backend_rows(report["backend"]),
        "Devices": _device_rows(report),
        "Machine": _machine_rows(report["machine"]),
        "Data": _data_rows(report["data"]),
        "Reports and R": _tool_rows(report["tools"]),
    }
    width = max(len(row.label) for rows in sections.values() for row in rows)
    lines = [_headline(report)]
    for title, rows in sections.items():
        lines += ["", title, *(_line(row, width) for row in rows)]
    lines += ["", *_problem_lines(report["problems"])]
    return "\n".join(line.rstrip() for line in lines)


def _headline(report: Mapping[str, Any]) -> str:
    who = report["caller"]
    name = f"kerasduet {report['versions']['kerasduet']}".strip()
    state = "ready" if report["ok"] else "not ready"
    return f"{name}, asked from {who['language']} {who['version']}: {state}"


def _line(row: _Row, width: int) -> str:
    return f"  {row.mark:<{_MARK_WIDTH}}  {row.label:<{width}}  {row.value}"


def _python_rows(report: Mapping[str, Any]) -> list[_Row]:
    python, versions = report["interpreter"], report["versions"]
    inside = " (inside R)" if python["inside_r"] else ""
    rows = [
        _Row(OK if python["path"] else PROBLEM, "interpreter", python["path"] + inside),
        _Row(NOTE, "chosen", python["why"]),
    ]
    for name, version in versions.items():
        if name not in ("kerasduet", "platform"):
            rows.append(_Row(OK if version else MISSING, name, version))
    return [*rows, _Row(NOTE, "platform", versions["platform"])]


def _backend_rows(backend: Mapping[str, Any]) -> list[_Row]:
    rows = []
    if backend["fault"]:
        rows.append(_Row(PROBLEM, "in use", backend["fault"]))
    for name, version in backend["installed"].items():
        if name == backend["name"]:
            state = "running" if backend["running"] else "will be used"
            told = f"{version}  {state}; chosen by: {backend['chosen_by']}"
            rows.append(_Row(OK if version else PROBLEM, name, told.strip()))
        elif version:
            rows.append(_Row(OK, name, version))
        else:
            rows.append(_Row(MISSING, name, backend["install"][name]))
    return rows


def _device_rows(report: Mapping[str, Any]) -> list[_Row]:
    backend = report["backend"]
    if backend["device_fault"]:
        return [_Row(PROBLEM, backend["device"], backend["device_fault"])]
    rows = []
    for device in report["devices"]:
        told = f"right product in {1000 * device['seconds']:.2f} ms" if device["ok"] else ""
        value = f"{device['name']}: {told or device['error']}"
        rows.append(_Row(OK if device["ok"] else PROBLEM, device["label"], value))
    if not rows:
        why = "the backend is missing" if backend["devices_checked"] else "not asked for"
        rows.append(_Row(NOTE, "not checked", why))
    return rows


def _machine_rows(machine: Mapping[str, Any]) -> list[_Row]:
    asked = f"{machine['threads']:.0f}" if machine["threads"] else "decided by the backend"
    total, free = machine["total_gb"], machine["free_gb"]
    room = f"{total:.1f} GB" + (f", {free:.1f} GB free" if free else "") if total else "unknown"
    return [
        _Row(OK, "cores", f"{machine['cores']:.0f}"),
        _Row(OK, "threads", asked),
        _Row(OK if total else NOTE, "memory", room),
    ]


def _data_rows(data: Mapping[str, Any]) -> list[_Row]:
    rows = []
    for example, title in (("mnist", "MNIST"), ("co2", "CO2")):
        for source in data[example]:
            note = f"({source['note']})" if source["note"] else ""
            parts = [source["path"], note, "<- used" if source["used"] else ""]
            told = " ".join(part for part in parts if part)
            rows.append(
                _Row(OK if source["found"] else MISSING, f"{title}, {source['name']}", told)
            )
    return rows


def _tool_rows(tools: Mapping[str, Any]) -> list[_Row]:
    rows = [_tool_row(name, tools[name]) for name in ("quarto", "pandoc", "r")]
    r = tools["r"]
    if r["found"]:
        for package in ("kerasduet", "reticulate"):
            rows.append(_Row(OK if r[package] else MISSING, f"R: {package}", r[package]))
    return rows


def _tool_row(name: str, tool: Mapping[str, Any]) -> _Row:
    label = {"quarto": "Quarto", "r": "R"}.get(name, name)
    if tool["found"]:
        return _Row(OK, label, f"{tool['version']}  {tool['path']}")
    if tool["path"]:
        return _Row(PROBLEM, label, f"{tool['path']}: {tool['note']}")
    return _Row(MISSING, label, "not on PATH")


def _problem_lines(problems: list[Mapping[str, Any]]) -> list[str]:
    if not problems:
        return ["Nothing to fix."]
    lines = ["To fix"]
    for number, problem in enumerate(problems, start=1):
        weight = "" if problem["blocks"] else " (runs work without it)"
        told = textwrap.wrap(f"{problem['problem']}{weight}", width=90)
        lines += [f"  {number}. {told[0]}", *(f"     {line}" for line in told[1:])]
        lines.append(f"       {problem['fix']}")
    return lines

# SPDX-License-Identifier: Apache-2.0
"""Runs bench-cosign --quick and checks the form of what it prints, never the times: bench_cosign_lines.py PROGRAM."""
import json
import subprocess
import sys

HALVES = ["sign/device/begin", "sign/service", "sign/device/finish", "sign/device"]
TWINS = ["field-mul", "field-invert", "fixed-base", "variable-base", "verify", "sm3/64", "sm3/1024", "sm3/65536",
         "proof-check/1", "proof-check/3", "proof-check/513"]


def check_line(line):
    assert line["impl"] in ("portable", "adx", "lanes", "openssl"), line
    assert isinstance(line["op"], str) and line["batch"] >= 1, line
    assert 0 < line["min_us"] <= line["median_us"] <= line["max_us"], line
    if "ratio" in line:
        assert line["ratio"] > 0 and line["impl"] != "openssl", line


def main():
    output = subprocess.run([sys.argv[1], "--quick"], check=True, stdout=subprocess.PIPE, text=True).stdout
    lines = [json.loads(text) for text in output.splitlines()]
    for line in lines:
        check_line(line)
    seen = {(line["op"], line["batch"]) for line in lines}
    for batch in (1, 16, 256):
        for op in HALVES:
            assert (op, batch) in seen, (op, batch)
    for together in (1, 4, 8, 16):
        assert ("sign/service/each", together) in seen, together
    for op in TWINS:
        assert any(line["op"] == op and line["impl"] == "openssl" for line in lines), op
        ours = [line for line in lines if line["op"] == op and line["impl"] != "openssl"]
        assert ours and all("ratio" in line for line in ours), op
    names = [(line["op"], line["impl"], line["batch"]) for line in lines]
    assert len(names) == len(set(names)), "a line twice"


main()

"""What all commands print alike."""

import pytest


@pytest.mark.parametrize("command", [[], ["read"], ["data", "list"], ["lab", "list"]])
def test_help_is_asked_for_in_short(run, command):
    short, long = (run(*command, asked) for asked in ("-h", "--help"))
    assert short.code == 0
    assert short.out == long.out
    assert "--help" in short.out


@pytest.mark.parametrize("as_json", [[], ["--json"]])
def test_colours_in_a_pipe_come_without_moves_of_the_cursor(run, as_json):
    command = ["sweep", "--data", "digits", "--hidden", "5", "--epochs", "1", "--seeds", "2"]
    ran = run(*command, *as_json, FORCE_COLOR="1")
    assert ran.code == 0
    printed = ran.out + ran.err
    for code in ("\x1b[?25", "\x1b[2K", "\x1b[1A", "\r"):
        assert code not in printed

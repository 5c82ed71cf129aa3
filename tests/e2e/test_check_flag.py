"""A real `pulumi up` in which a step has an undocumented code, and the list of migrations has the check flag."""

from harness.error_texts import without_endpoint
from harness.sandbox import BuildSandbox, error_messages

LIST = "DescribeMigrations"


def test_a_failed_flag_in_two_queries_ends_the_update(build: BuildSandbox) -> None:
    """Two queries, ten seconds apart, end the update at its next poll; nothing behind the gate is created."""
    sandbox = build("check-flag", {"poll_interval_seconds": 1})
    result = sandbox.stack.up()
    assert result.exit_code != 0
    assert sandbox.records == {}
    (sentence,) = error_messages(result)
    assert sentence.startswith(
        "migration check 1066 (ap-guangzhou) failed as a whole (CheckFlag 2) ✓ 1 Source database connectivity check"
    )
    assert (
        "Step: it stands at step 4 of 8, Character set check Check: The source and the target database need the same "
        "character set (collation): compare the two at the level of the database, and make them the same. "
        'API: "Check whether the character sets are consistent." Then: fix the cause, then run: '
        "tcsql-check start 1066 --region ap-guangzhou pulumi up Code: check-failed "
    ) in without_endpoint(sentence)
    assert "Traceback" not in result.screen
    assert "Character set check: running; the API reports that it failed" in result.screen
    asked = [request["action"] for request in sandbox.emulator.requests]
    assert asked.count(LIST) == 2
    assert asked[-2:] == [LIST, "QueryMigrationCheckProcess"]


def test_without_the_permission_the_update_warns_once_and_passes(build: BuildSandbox) -> None:
    """There is one query and one warning that names the action, and the resources behind the gate are created."""
    sandbox = build("no-list", {"poll_interval_seconds": 0.2})
    result = sandbox.stack.up()
    assert result.exit_code == 0, result.screen
    assert sandbox.records == {"behind": "new"}
    begins = "warning: migration check 1066 (ap-guangzhou): the wait uses the steps alone, since the API "
    assert result.words.count(begins) == 1
    warning = result.words.partition(begins)[2]
    assert "UnauthorizedOperation.PermissionDenied" in warning
    assert "Allow the action sqlserver:DescribeMigrations in CAM." in warning
    asked = [request["action"] for request in sandbox.emulator.requests]
    assert asked.count(LIST) == 1
    assert len(asked) > 3

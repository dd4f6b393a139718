"""The same cause over many apps is one line; what a person has read of is asked again when it is more."""

from providers.heroku.answers import Gone, Refused
from providers.heroku.gaps import Finding, Topic, gathered, hole, listed, part_of
from wizard.model.trouble import Trouble

CONFIG = part_of("config vars")
DOMAINS = part_of("domains")
MEMBERS, INVITATIONS = (part_of(what, "the team {name}", "teams") for what in ("members", "invitations"))
CERTIFICATES = Topic(
    "certificates", "The certificate {detail} of {name}.", "Certificates of {count} apps: {names}."
)


def refused(scope: str = "") -> Refused:
    trouble = Refused("Heroku refuses it.", remedy="Ask.", code="refused")
    trouble.scope = scope
    return trouble


def gone() -> Trouble:
    return Gone("Heroku has nothing there.", remedy="Look.", code="not-found")


def of_apps(topic: Topic, count: int, trouble: Trouble) -> list[Finding]:
    return [hole(topic, f"id-{one:03d}", f"app-{one:03d}", trouble, f"id-{one:03d}") for one in range(count)]


def test_two_hundred_apps_are_one_line() -> None:
    (gap,) = gathered(of_apps(CONFIG, 200, refused()))
    assert (
        gap.question == "The config vars of 200 apps are not known: app-000, app-001, app-002 and 197 more."
    )
    assert (gap.app_id, gap.group, gap.why) == (None, "config vars", "Heroku refuses it.")
    assert gap.key.startswith("many:config vars:refused:")


def test_one_app_is_named_and_causes_stay_apart() -> None:
    (single,) = gathered(of_apps(CONFIG, 1, refused()))
    assert (single.key, single.app_id) == ("unread:id-000:config vars", "id-000")
    assert single.question == "The config vars of app-000 are not known."
    both = gathered([*of_apps(CONFIG, 3, refused()), *of_apps(CONFIG, 2, gone())])
    assert len(both) == 2


def test_the_key_changes_with_what_it_is_about_and_not_with_the_order() -> None:
    three = of_apps(CONFIG, 3, refused())
    assert gathered(three) == gathered(reversed(three))
    assert gathered(three)[0].key != gathered(of_apps(CONFIG, 4, refused()))[0].key


def test_several_parts_of_one_thing_are_one_line() -> None:
    closed = [hole(topic, "t1", "closed", refused()) for topic in (MEMBERS, INVITATIONS)]
    (gap,) = gathered(closed)
    assert gap.question == "The invitations and members of the team closed are not known."
    # Of an app and of a team with one id each is told for itself.
    assert len(gathered([*closed, hole(CONFIG, "t1", "app", refused())])) == 2


def test_what_the_token_may_not_read_is_one_line_for_each_scope() -> None:
    lacking = [
        *of_apps(CONFIG, 5, refused("read-protected")),
        *of_apps(DOMAINS, 5, refused("global")),
        *[hole(topic, "t1", "acme", refused("global")) for topic in (MEMBERS, INVITATIONS)],
    ]
    token, config = sorted(gathered(lacking), key=lambda gap: gap.group != "token")
    assert token.question == "This token is not told of: domains, invitations of teams, members of teams."
    assert "scope global" in token.why
    assert config.group == "config vars"
    # Where Heroku told some of it, it is not the scope.
    assert "domains" in [gap.group for gap in gathered(lacking, told={"domains"})]


def test_few_that_will_be_lost_are_told_one_by_one_and_many_together() -> None:
    def certificates(count: int) -> list[Finding]:
        return [
            Finding(
                CERTIFICATES, f"certificate:{one}", f"a{one}", f"app-{one}", "No key.", f"a{one}", detail="c"
            )
            for one in range(count)
        ]

    assert [gap.key for gap in gathered(certificates(3))] == [f"certificate:{one}" for one in range(3)]
    (gap,) = gathered(certificates(4))
    assert gap.question == "Certificates of 4 apps: app-0, app-1, app-2 and app-3."
    assert gap.why == "No key." and gap.key.startswith("lost:certificates:")


def test_names_with_braces_are_names() -> None:
    (gap,) = gathered([hole(CONFIG, "x", "{name} {0} {count}", refused())])
    assert gap.question == "The config vars of {name} {0} {count} are not known."


def test_lists_of_names() -> None:
    assert [listed(["a", "b", "a", "c", "d", "e"][:many]) for many in (1, 2, 4, 5, 6)] == [
        "a",
        "a and b",
        "a, b and c",
        "a, b, c and d",
        "a, b, c and 2 more",
    ]

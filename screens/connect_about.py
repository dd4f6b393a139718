"""What connect is for, and its keys."""

from screens.keys import About, Key

ABOUT = About(
    title="connect",
    purpose="Signs in to Heroku and, after a target is chosen, to the target. Until the cut-over Offramp "
    "only reads from Heroku.",
    asks="A token. One that is on this machine already (the keyring, HEROKU_API_KEY, the Heroku CLI) can "
    "be used, one is pasted, or a command of yours gives it (op, pass, vault). It is checked against the "
    "account before it is kept.",
    next="The token goes into the keyring, under the service offramp; with no usable keyring it is held "
    "in memory and asked for again next time; w tells what to do about that. Then everything that "
    "stands on Heroku is read.",
)

KEYS = (
    Key("enter", "choose", "do it", "Do what the highlighted row says."),
    Key("n", "next", "next", "Go on to the next stage."),
    Key("p", "paste", "paste token", "Paste a token for the vendor that is to be signed in to."),
    Key("c", "copy_page", "copy address", "Copy the address of the page where a token is made."),
    Key("k", "keyring", "keyring", "Try the keyring out again, after you unlocked it."),
    Key("w", "ways", "keyring help", "Show what to type to get a keyring that can be used."),
    Key(
        "f",
        "forget",
        "forget",
        "Remove a token from the keyring and from this migration.",
        footer=False,
    ),
)

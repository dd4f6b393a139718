"""What a capsule runs: one command, out of what the processes of an app ran on Heroku."""

from wizard.mapping.names import clock_service
from wizard.model.mapping import Mapping, ProcessChoice
from wizard.model.system import App


def run_command(app: App, mapping: Mapping, service: str) -> str:
    """The command of the capsule of `service`; empty where the builder, the image or the files that were
    written for it say what runs: frontends, and Docker capsules unless a person named a command.

    A command that is to run before the web process starts stands before it: where it fails, nothing starts.
    """
    if service == clock_service(mapping, app.id):
        return ""
    choices = [one for one in mapping.processes if one.app_id == app.id]
    choice = next((one for one in choices if one.service == service and one.action == "service"), None)
    if choice is None or choice.capsule == "frontend":
        return ""
    if choice.capsule == "docker":
        return choice.command
    command = process_command(app, choice)
    before = [process_command(app, one) for one in choices if one.action == "before-start"]
    if choice.type == "web" and command:
        return " && ".join([*(one for one in before if one), command])
    return command


def process_command(app: App, choice: ProcessChoice) -> str:
    """What a process runs: as a person said, else as on Heroku."""
    if choice.command:
        return choice.command
    return next((one.command.strip() for one in app.processes if one.type == choice.type), "")

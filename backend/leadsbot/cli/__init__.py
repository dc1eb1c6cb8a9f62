"""The command `leadsbot`. Each module in here is one of its subcommands and defines `command`; nothing lists them.

A module imports what is heavy inside its function: `leadsbot migrate` has no use for a web server.
"""

from __future__ import annotations

import pkgutil
import sys
from importlib import import_module

import click

from leadsbot import __version__
from leadsbot.errors import LeadsBotError


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="leadsbot", message="%(prog)s %(version)s")
def group() -> None:
    """LeadsBot: lead capture from one script tag. Settings come from LEADSBOT_* variables and .env."""


def main() -> None:
    """Run the command line. What the user can put right ends in a sentence per problem and exit code 1."""
    for module in pkgutil.iter_modules(__path__):
        if not module.ispkg:
            group.add_command(import_module(f"{__name__}.{module.name}").command)
    try:
        code = group.main(prog_name="leadsbot", standalone_mode=False)
    except LeadsBotError as error:
        fail(*error.message.splitlines())
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except click.Abort:
        click.echo("Stopped.", err=True)
        sys.exit(130)
    sys.exit(code if isinstance(code, int) else 0)


def fail(*sentences: str) -> None:
    """Say what is wrong, a line each, and end with exit code 1."""
    for sentence in sentences:
        click.echo(f"leadsbot: {sentence}", err=True)
    sys.exit(1)

"""The command `streamtrack`: each verb reads its words and calls a public function."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Sequence

import click

import streamtrack
from streamtrack.cli.convert import convert
from streamtrack.cli.deepstream import deepstream
from streamtrack.cli.demo import demo
from streamtrack.cli.eval import evaluate
from streamtrack.cli.host import host
from streamtrack.cli.parameters import parameters
from streamtrack.cli.report import report
from streamtrack.cli.track import track
from streamtrack.cli.tune import tune
from streamtrack.interruption import Interrupted, interrupt, taking_signals
from streamtrack.io.source import InputError


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(streamtrack.__version__, prog_name="streamtrack")
def app() -> None:
    """ByteTrack for many cameras at once: detections or videos in, tracks with ids out.

    Start with `streamtrack demo`, then `streamtrack track det.txt -o tracks`.
    """


for command in (track, demo, evaluate, report, tune, convert, parameters, deepstream, host):
    app.add_command(command)


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command; what the user did wrong is one line on stderr, never a traceback.

    Returns:
        0, or 1 for bad input, 2 for a bad command line, 128 and the signal's number where Ctrl-C,
        SIGTERM or SIGHUP ended it.
    """
    try:
        with taking_signals(interrupt):
            result = app.main(arguments, prog_name="streamtrack", standalone_mode=False)
    except click.UsageError as error:
        return _misused(error)
    except click.Abort as error:
        by = error.__cause__
        number = by.signal if isinstance(by, Interrupted) else signal.SIGINT
        return _fail(f"interrupted by {number.name}; no unfinished file is left", 128 + number)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except OSError as error:
        return _fail(_of_file(error), 1)
    except (streamtrack.ConfigError, InputError, ModuleNotFoundError, RuntimeError) as error:
        return _fail(str(error), 1)
    return result if isinstance(result, int) else 0


def _misused(error: click.UsageError) -> int:
    if isinstance(error, click.exceptions.NoArgsIsHelpError):  # its message is the help
        click.echo(error.format_message(), err=True)
        return 2
    where = error.ctx.command_path if error.ctx else "streamtrack"
    return _fail(f"{error.format_message()} See {where} --help.", 2)


def _of_file(error: OSError) -> str:
    """What the system refused."""
    if not isinstance(error.filename, (str, bytes)):
        return str(error)
    return (
        f"{os.fsdecode(error.filename)}: the file must be one that can be read or written here, "
        f"got: {error.strerror}; check the path"
    )


def _fail(message: str, status: int) -> int:
    click.echo(f"streamtrack: error: {' '.join(message.split())}", err=True)
    return status

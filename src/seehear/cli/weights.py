"""`seehear weights`: what weights there are, under which terms, and fetching them."""

from typing import Annotated, Any

import typer

from seehear.cli import console, options

Names = Annotated[list[str], typer.Argument(help="As in: seehear weights list.")]
CommercialOnly = Annotated[bool, typer.Option("--commercial-only", help="Only those that allow commercial use.")]


def rows(json: options.Json = False, commercial_only: CommercialOnly = False) -> None:
    """List every weight a backend may use: repository, revision, size, licence, where it lies.

    Example: seehear weights list --commercial-only
    """
    from seehear.weights import WEIGHTS

    found = [_row(name) for name, row in WEIGHTS.items() if row.commercial or not commercial_only]
    if json:
        console.emit(found)
        return
    commercial = {True: "yes", False: "no", None: "not stated"}
    told = [
        [one["name"], one["size"], one["licence"], commercial[one["commercial"]], one["path"] or "-"] for one in found
    ]
    console.table("Weights", ["name", "size", "licence", "commercial use", "here"], told)
    console.say("Nothing is fetched unless you ask: seehear weights fetch NAME")


def fetch(names: Names, json: options.Json = False, commercial_only: CommercialOnly = False) -> None:
    """Fetch weights into the cache, checked; the licence is told first.

    Example: seehear weights fetch synchformer_av
    """
    from seehear.weights import fetch as bring
    from seehear.weights import refuse_noncommercial, row_of

    asked = [row_of(name) for name in names]
    if commercial_only:
        refuse_noncommercial(names)
    for row in asked:
        console.say(f"{row.name}: {row.told}{'; ' + row.note if row.note else ''}")
    done = [bring(row.name) for row in asked]
    if json:
        console.emit([{**one._asdict(), "path": str(one.path)} for one in done])
        return
    for one in done:
        console.say(f"{one.name}: {'was here' if one.found else 'fetched'}, {one.path}")


def _row(name: str) -> dict[str, Any]:
    from seehear.weights import MissingWeights, locate, row_of
    from seehear.weights.row import size_in_words

    row = row_of(name)
    try:
        path = str(locate(name))
    except MissingWeights:
        path = None
    return {
        "name": name, "repository": row.repository, "revision": row.revision,
        "files": [file.path for file in row.files], "urls": [file.url for file in row.files if file.url],
        "bytes": row.bytes, "size": size_in_words(row.bytes), "licence": row.licence, "commercial": row.commercial,
        "terms": row.terms, "used_by": list(row.used_by), "note": row.note, "path": path,
    }  # fmt: skip

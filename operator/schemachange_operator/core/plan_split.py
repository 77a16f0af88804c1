"""A plan that is too big for one ConfigMap, in several: each can be read by itself, and says where it goes on."""

from collections.abc import Iterator

from schemachange_operator.core.plan_files import PlanFiles

LIMIT = 900_000
"""Bytes of data in one ConfigMap, which holds 1 MiB with everything else in it."""
ROOM_FOR_NOTES = 2_000
"""Bytes for the lines that say which part it is."""
FENCE = "```"


def split(files: PlanFiles, limit: int = LIMIT) -> tuple[PlanFiles, ...]:
    """`NAME-plan`, and `NAME-plan-2` and so on where one is not enough.

    First comes the Markdown, cut between lines and never inside a statement, with the approval in the first part; then
    the JSON, whose parts are one document when they are put together.
    """
    if sum(len(text.encode()) for text in files.data.values()) <= limit:
        return (files,)
    approval = files.data["approval.yaml"]
    room = limit - ROOM_FOR_NOTES - len(approval.encode())
    pages, documents = list(_pages(files.data["plan.md"], room)), list(_cut(files.data["plan.json"], room))
    names = [files.config_map, *(f"{files.config_map}-{number}" for number in range(2, len(pages) + len(documents) + 1))]
    found = []
    for number, page in enumerate(pages):
        data = {"plan.md": _noted(page, number, names, len(pages))}
        found.append(PlanFiles(names[number], {**data, "approval.yaml": approval} if number == 0 else data))
    for number, document in enumerate(documents):
        found.append(PlanFiles(names[len(pages) + number], {f"plan.json.{number + 1}-of-{len(documents)}": document}))
    return tuple(found)


def _noted(page: str, number: int, names: list[str], pages: int) -> str:
    """A page with where it stands in the whole."""
    head = f"*Part {number + 1} of {pages} of the plan; it begins in ConfigMap {names[0]}.*\n\n"
    if number == 0:
        json = f"the JSON is in {names[pages]}" + (f" to {names[-1]}" if len(names) > pages + 1 else "")
        head = f"*The plan is too big for one ConfigMap: this is part 1 of {pages}, {json}.*\n\n"
    foot = f"\n*It goes on in ConfigMap {names[number + 1]}.*\n" if number + 1 < pages else ""
    return head + page + foot


def _pages(text: str, room: int) -> Iterator[str]:
    page: list[str] = []
    size = 0
    for block in _blocks(text):
        for piece in _cut(block, room):
            length = len(piece.encode())
            if page and size + length > room:
                yield "".join(page)
                page, size = [], 0
            page.append(piece)
            size += length
    yield "".join(page)


def _blocks(text: str) -> Iterator[str]:
    """Lines; a statement between its fences is one block."""
    fenced: list[str] = []
    for line in text.splitlines(keepends=True):
        fence = line.startswith(FENCE)
        if fenced or fence:
            fenced.append(line)
        if not fenced:
            yield line
        elif fence and len(fenced) > 1:
            yield "".join(fenced)
            fenced = []
    yield from fenced


def _cut(text: str, room: int) -> Iterator[str]:
    """Pieces of at most so many bytes, cut between characters."""
    whole = text.encode()
    begin = 0
    while begin < len(whole):
        end = min(begin + room, len(whole))
        # The bytes inside a character begin with the bits 10.
        while end < len(whole) and whole[end] & 0xC0 == 0x80:
            end -= 1
        yield whole[begin:end].decode()
        begin = end

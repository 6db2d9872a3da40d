"""What two scans of the same bytes must say alike."""
import json


def alike(lines, one_store=False):
    """
    The lines of a JSON Lines report without those of the run as such, and of findings without what
    the store alone knows: whether they are new, and, of scans into several stores or with several
    options, their id and since when.
    """
    unlike = ("new",) if one_store else ("new", "id", "first_seen")
    rows = [json.loads(x) for x in lines]
    for row in rows:
        if row["kind"] == "finding":
            for key in unlike:
                row.pop(key, None)
    return [json.dumps(x, separators=(",", ":")) for x in rows if x["kind"] not in ("run", "preamble")]

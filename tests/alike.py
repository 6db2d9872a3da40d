"""What two scans of the same bytes must say alike."""
import json


def alike(lines):
    """
    The lines of a JSON Lines report without those of the run as such, and of findings without what
    the store alone knows: their id, since when, and whether they are new.
    """
    rows = [json.loads(x) for x in lines]
    for row in rows:
        if row["kind"] == "finding":
            for key in ("id", "first_seen", "new"):
                row.pop(key, None)
    return [json.dumps(x, separators=(",", ":")) for x in rows if x["kind"] not in ("run", "preamble")]

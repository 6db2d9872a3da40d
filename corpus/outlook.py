#!/usr/bin/env python3
"""Writers of Outlook's own formats, as small as they can be: TNEF ([MS-OXTNEF]) and PST ([MS-PST]).

usage: outlook.py FILE KIND CRYPT    one data file with mail, contacts and more: KIND is ansi, unicode
                                     or large (pages of 4 KiB), CRYPT 0, 1 (permuted) or 2 (cyclic)
       outlook.py --header           those that tests/unit/extract/test-pst.c reads, as arrays of C

Standard library only. All values are generated.
"""
import struct
import sys
import zlib

LONG, BOOLEAN, OBJECT, STRING, UNICODE, TIME, BINARY = 0x0003, 0x000B, 0x000D, 0x001E, 0x001F, 0x0040, 0x0102
MANY = 0x1000  # of that type, several


# ---- TNEF ----

def tnef_attribute(level, attribute, data):
    return struct.pack("<BII", level, attribute, len(data)) + data + struct.pack("<H", sum(data) & 0xFFFF)


def tnef_value(kind, value):
    if kind == LONG:
        return struct.pack("<I", value)
    data = value.encode("utf-16-le") + b"\0\0" if kind == UNICODE else value
    return struct.pack("<II", 1, len(data)) + data + b"\0" * (-len(data) % 4)


def tnef_properties(properties):
    """{(number, type): value}"""
    return struct.pack("<I", len(properties)) + b"".join(
        struct.pack("<HH", kind, number) + tnef_value(kind, value) for (number, kind), value in properties.items())


def tnef(subject, body, attachments):
    """One message; attachments: {name: bytes}"""
    out = struct.pack("<IH", 0x223E9F78, 1)
    out += tnef_attribute(1, 0x00089006, struct.pack("<I", 0x00010000))
    out += tnef_attribute(1, 0x00069007, struct.pack("<II", 1252, 0))
    out += tnef_attribute(1, 0x00018004, subject.encode("cp1252") + b"\0")
    out += tnef_attribute(1, 0x00069003, tnef_properties({(0x1000, UNICODE): body}))
    for name, data in attachments.items():
        out += tnef_attribute(2, 0x00069002, struct.pack("<HIHHI", 1, 0xFFFFFFFF, 0, 0, 0))
        out += tnef_attribute(2, 0x00018010, name.encode("cp1252") + b"\0")
        out += tnef_attribute(2, 0x0006800F, data)
    return out


# ---- PST: blocks and nodes ([MS-PST] 2.2) ----

# 5.1: the permutation, and the other one, which is its own reverse
PERMUTE = bytes.fromhex(
    "41361362a8216ebbf416cc047f64e85d1ef2cb2a74c55e35d295479e962d9a884c7d843fdbac31b6485ff6c4d8398be7"
    "233b388ec8c1df25b120a546604e9cfbaad35651457c550007c92b9d859b09a08fadb30f63ab894bd7a7155a716642bf"
    "264a6b98faea7753b270052cfd593a867ece06eb827857c78d43afb41cd45bcde2e9274fc3087280cfb0eff5286dbe30"
    "4d3492d50e3c2232e5e4f99fc2d10a8112e1ee918376e397e6618a1779a4b7dc907a5c8c02a6ca69de501a1193b95287"
    "58fced1d37491b6ae0293399bd6cd994f340546ff0c673b8d63e6518441fdd6710f10c19ecae03a1147ba90bfff8a3c0"
    "a201f72ebc2468750dfeba2fb5d0da3d")
CYCLIC = bytes.fromhex(
    "14530f56b3c87a9ceb65481716159f02cc547c83000d0c0ba262a876dbd9edc7c5a4dcac8574d6d0a79bae9a967166c3"
    "6399b8dd73928e847da55ed15d93b1575150808952944f4e0a6bbc8d7f6e47464140440111cb033ff7f4e1a98f3c3af9"
    "fbf0193082092ec99da08649ee6f4d6dc42d813425871b88aafc06a11238fd4c4272641337246a757743ffe6b44b365c"
    "e4d8353d45b92cecb7312b290768a30e697b189e2139be281a5b78f523ca2ab0af3efe048ce7e5983295d3f64ae8a6ea"
    "e9f3d52f7020f21f0567ad5510cecde3273bdabad7c226d4911dd21c2233f8faf15aefcf90b68bb5bdc0bf08971e6ce2"
    "61e0c6c159abbb58de5fdf60797eb28a")
REVERSE = bytes(PERMUTE.index(i) for i in range(256))


def crc(data):
    return ~zlib.crc32(data, 0xFFFFFFFF) & 0xFFFFFFFF


def cyclic(data, key):
    w, out = (key ^ key >> 16) & 0xFFFF, bytearray()
    for b in data:
        low, high = w & 0xFF, w >> 8
        b = (CYCLIC[(PERMUTE[(b + low) & 0xFF] + high) & 0xFF] - high) & 0xFF
        out.append((REVERSE[b] - low) & 0xFF)
        w = (w + 1) & 0xFFFF
    return bytes(out)


def nid(kind, index):
    return index << 5 | kind


FOLDER, MESSAGE, ATTACHMENT, HIDDEN = 0x02, 0x04, 0x05, 0x08
ROOT, STORE, NAMES = 0x122, 0x21, 0x61


class Store:
    """A data file that is put together in memory. `most`: bytes of a block of data; `fan`: entries of a page."""

    def __init__(self, kind="unicode", crypt=1, most=8176, fan=15):
        self.kind, self.crypt, self.most, self.fan = kind, crypt, most, fan
        self.word = "<I" if kind == "ansi" else "<Q"
        self.page = 4096 if kind == "large" else 512
        self.unit = 512 if kind == "large" else 64
        self.next = 4
        self.blocks, self.nodes = {}, {}
        self.out = bytearray(0x4600)
        self.used = [(0x4400, 512)]
        if kind == "large":
            self.out = bytearray(0x5000)

    def w(self, *values):
        return b"".join(struct.pack(self.word, v) for v in values)

    def place(self, data, unit):
        self.out += b"\0" * (-len(self.out) % unit)
        at = len(self.out)
        self.out += data + b"\0" * (-len(data) % 64)
        self.used.append((at, len(self.out) - at))
        return at

    def block(self, data, internal=False):
        number = self.next | (2 if internal else 0)
        self.next += 4
        whole = len(data)
        if not internal and self.crypt == 1:
            data = data.translate(PERMUTE)
        elif not internal and self.crypt == 2:
            data = cyclic(data, number)
        if self.kind == "large" and len(zlib.compress(data)) < len(data):
            data = zlib.compress(data)
        trailer = {"ansi": 12, "unicode": 16, "large": 24}[self.kind]
        self.out += b"\0" * (-len(self.out) % self.unit)
        at = len(self.out)
        sig = (at ^ number) >> 16 ^ (at ^ number)
        tail = struct.pack("<HH", len(data), sig & 0xFFFF)
        if self.kind == "ansi":
            tail += struct.pack("<II", number, crc(data))
        else:
            tail += struct.pack("<IQ", crc(data), number)
        if self.kind == "large":
            tail += struct.pack("<HHI", 0, whole, 0)
        fill = -(len(data) + trailer) % self.unit
        self.place(data + b"\0" * fill + tail, self.unit)
        self.blocks[number] = (at, len(data), whole)
        return number

    def stream(self, data, lists=340):
        """Data of any size: a block, a list of blocks, a list of lists."""
        pieces = [data[i:i + self.most] for i in range(0, len(data), self.most)] or [b"\0"]
        return self.row(pieces, lists)

    def row(self, pieces, lists=340):
        if len(pieces) == 1:
            return self.block(pieces[0])
        numbers = [self.block(p) for p in pieces]
        total = sum(len(p) for p in pieces)
        made = []
        for i in range(0, len(numbers), lists):
            size = sum(len(p) for p in pieces[i:i + lists])
            part = numbers[i:i + lists]
            made.append(self.block(struct.pack("<BBHI", 1, 1, len(part), size) + self.w(*part), True))
        if len(made) == 1:
            return made[0]
        return self.block(struct.pack("<BBHI", 1, 2, len(made), total) + self.w(*made), True)

    def subnodes(self, nodes, each=100):
        """{number: (data, subnodes)}"""
        if not nodes:
            return 0
        head = struct.pack("<I", 0) if self.kind != "ansi" else b""
        items = sorted(nodes.items())
        lists = []
        for i in range(0, len(items), each):
            part = items[i:i + each]
            data = struct.pack("<BBH", 2, 0, len(part)) + head + b"".join(self.w(n, d, s) for n, (d, s) in part)
            lists.append((part[0][0], self.block(data, True)))
        if len(lists) == 1:
            return lists[0][1]
        return self.block(struct.pack("<BBH", 2, 1, len(lists)) + head + b"".join(self.w(n, b) for n, b in lists), True)

    def tree(self, kind, entries):
        """Pages of a tree; entries: [(key, bytes)]. The place and number of the root."""
        level = 0
        while True:
            pages = []
            for i in range(0, len(entries), self.fan):
                part = entries[i:i + self.fan]
                pages.append((part[0][0],) + self.tree_page(kind, [e for _, e in part], level))
            if len(pages) == 1:
                return pages[0][1], pages[0][2]
            entries = [(key, self.w(key, number, at)) for key, at, number in pages]
            level += 1

    def tree_page(self, kind, entries, level):
        number, width = self.next, len(entries[0])
        self.next += 4
        self.out += b"\0" * (-len(self.out) % self.page)
        at = len(self.out)
        body = b"".join(entries)
        if self.kind == "large":
            page = body.ljust(4056, b"\0") + struct.pack("<HHBB", len(entries), 4056 // width, width, level) + b"\0" * 10
        elif self.kind == "ansi":
            page = body.ljust(496, b"\0") + struct.pack("<BBBB", len(entries), 496 // width, width, level)
        else:
            page = body.ljust(488, b"\0") + struct.pack("<BBBBI", len(entries), 488 // width, width, level, 0)
        self.place(page + self.page_trailer(kind, at, number, page), self.page)
        return at, number

    def page_trailer(self, kind, at, number, page):
        sig = (at ^ number) >> 16 ^ (at ^ number)
        head = struct.pack("<BBH", kind, kind, 0 if kind == 0x84 else sig & 0xFFFF)
        if self.kind == "ansi":
            return head + struct.pack("<II", number, crc(page))
        return head + struct.pack("<IQ", crc(page), number) + (b"\0" * 8 if self.kind == "large" else b"")

    def node(self, number, content, parent=0):
        self.nodes[number] = content + (parent,)

    def deleted(self, data):
        """Bytes of a block that nothing has any more."""
        self.out += b"\0" * (-len(self.out) % 64)
        self.out += data.translate(PERMUTE) if self.crypt == 1 else data

    def file(self):
        nodes = [(n, self.w(n, d, s) + struct.pack("<I", p) + (b"" if self.kind == "ansi" else b"\0" * 4))
                 for n, (d, s, p) in sorted(self.nodes.items())]
        nbt, nbt_number = self.tree(0x81, nodes)
        blocks = []
        for n, (at, size, whole) in sorted(self.blocks.items()):
            if self.kind == "large":
                blocks.append((n, self.w(n, at) + struct.pack("<HHHH", size, whole, 2, 0)))
            else:
                blocks.append((n, self.w(n, at) + struct.pack("<HH", size, 2) + (b"" if self.kind == "ansi" else b"\0" * 4)))
        bbt, bbt_number = self.tree(0x80, blocks)
        self.map()
        self.header(nbt, nbt_number, bbt, bbt_number)
        return bytes(self.out)

    def map(self):
        """What is allocated, a bit a unit of 64 bytes."""
        assert len(self.out) <= 0x4400 + 496 * 8 * 64, "one map is enough for a test"
        bits = bytearray(496)
        for at, size in self.used:
            for unit in range((at - 0x4400) // 64, (at - 0x4400 + size + 63) // 64):
                bits[unit // 8] |= 0x80 >> unit % 8
        page = (b"\0" * 4 if self.kind == "ansi" else b"") + bytes(bits)
        if self.kind != "large":
            self.out[0x4400:0x4600] = page + self.page_trailer(0x84, 0x4400, 0x4400, page)

    def header(self, nbt, nbt_number, bbt, bbt_number):
        ansi = self.kind == "ansi"
        version = {"ansi": 14, "unicode": 23, "large": 36}[self.kind]
        h = b"SM" + struct.pack("<HHBBII", version, 19, 1, 1, 0, 0)
        if ansi:
            h += struct.pack("<III", self.next, self.next, 1) + b"\0" * 128
            h += struct.pack("<IIIII", 0, len(self.out), 0x4400, 0, 0)
        else:
            h += struct.pack("<QQI", 0, self.next, 1) + b"\0" * 128 + b"\0" * 8
            h += struct.pack("<IQQQQ", 0, len(self.out), 0x4400, 0, 0)
        h += self.w(nbt_number, nbt, bbt_number, bbt)
        h += struct.pack("<BBH", 0 if self.kind == "large" else 2, 0, 0) + (b"" if ansi else b"\0" * 4)
        h += b"\xFF" * 256 + struct.pack("<BBH", 0x80, self.crypt, 0)
        h += b"" if ansi else struct.pack("<Q", self.next)
        h = b"!BDN" + struct.pack("<I", crc(h[:471].ljust(471, b"\0"))) + h
        assert len(h) == (464 if ansi else 524)
        if not ansi:
            h += struct.pack("<I", crc(h[8:524])) + b"\0" * 36
        self.out[:len(h)] = h


# ---- PST: heaps, properties, tables (2.3) ----

class Heap:
    def __init__(self, store):
        self.store = store
        self.shift = 19 if store.kind == "large" else 16
        self.pieces = [[]]
        self.nodes = {}
        self.own = 1000

    def head(self, i):
        return 12 if i == 0 else 66 if i % 128 == 8 else 2

    def add(self, data):
        i = len(self.pieces) - 1
        size = self.head(i) + sum(len(p) for p in self.pieces[i]) + len(data) + 6 + 2 * (len(self.pieces[i]) + 1)
        if size > self.store.most:
            self.pieces.append([])
            i += 1
        self.pieces[i].append(data)
        return i << self.shift | len(self.pieces[i]) << 5

    def value(self, data, at=3580):
        """A place for the data: in the heap, or a node of its own."""
        if not data:
            return 0
        if len(data) <= min(at, self.store.most - 64):
            return self.add(data)
        self.own += 1
        number = nid(0x1F, self.own)
        self.nodes[number] = (self.store.stream(data), 0)
        return number

    def tree(self, key, entry, records):
        root = self.add(b"".join(records)) if records else 0
        return self.add(struct.pack("<BBBBI", 0xB5, key, entry, 0, root))

    def close(self, client, root, nodes):
        """(data, subnodes) of the node"""
        out = []
        for i, pieces in enumerate(self.pieces):
            head = self.head(i)
            body = b"".join(pieces)
            at = head + len(body)
            at += at % 2
            begin = struct.pack("<HBBII", at, 0xEC, client, root, 0) if i == 0 else struct.pack("<H", at).ljust(head, b"\0")
            place, places = head, []
            for p in pieces:
                places.append(place)
                place += len(p)
            end = struct.pack("<HH", len(pieces), 0) + b"".join(struct.pack("<H", p) for p in places + [place])
            out.append((begin + body).ljust(at, b"\0") + end)
        return self.store.row(out), self.store.subnodes({**self.nodes, **nodes})


def text_of(kind, value):
    return value.encode("utf-16-le") if kind & ~MANY == UNICODE else value if isinstance(value, bytes) else value.encode("cp1252")


def record(heap, kind, value):
    """Four bytes: the value, or where it is."""
    if kind in (LONG, BOOLEAN):
        return value
    if kind == TIME:
        return heap.add(struct.pack("<Q", value))
    if kind == OBJECT:
        return heap.add(struct.pack("<II", value, 0))
    if kind & MANY:
        parts = [text_of(kind, v) for v in value]
        at = 4 + 4 * len(parts)
        head = struct.pack("<I", len(parts))
        for p in parts:
            head += struct.pack("<I", at)
            at += len(p)
        return heap.value(head + b"".join(parts))
    return heap.value(value if kind == BINARY else text_of(kind, value))


def bag(store, properties, nodes={}):
    """{(number, type): value}, and subnodes"""
    heap = Heap(store)
    records = [struct.pack("<HHI", number, kind, record(heap, kind, value))
               for (number, kind), value in sorted(properties.items())]
    return heap.close(0xBC, heap.tree(2, 6, records), nodes)


def table(store, columns, rows, apart=False):
    """columns: [(number, type)]; rows: [{(number, type): value}]"""
    heap = Heap(store)
    columns = [(0x67F2, LONG), (0x67F3, LONG)] + columns
    width = 4 * len(columns)
    bits = (len(columns) + 7) // 8
    data, index = [], []
    for i, row in enumerate(rows):
        row = dict(row)
        row.setdefault((0x67F2, LONG), i)
        row[(0x67F3, LONG)] = 1
        line, mask = b"", 0
        for k, c in enumerate(columns):
            line += struct.pack("<I", record(heap, c[1], row[c]) if c in row else 0)
            mask |= (0x80 >> k % 8) << 8 * (k // 8) if c in row else 0
        data.append(line + mask.to_bytes(bits, "little"))
        index.append(struct.pack("<IH" if store.kind == "ansi" else "<II", row[(0x67F2, LONG)], i))
    index = heap.tree(4, 2 if store.kind == "ansi" else 4, sorted(index, key=lambda r: struct.unpack("<I", r[:4])))
    nodes = {}
    if apart:
        each = store.most // (width + bits)
        blocks = [b"".join(data[i:i + each]).ljust(store.most if i + each < len(data) else 0, b"\0")
                  for i in range(0, len(data), each)]
        where = nid(0x1F, 900)
        nodes[where] = (store.row(blocks), 0)
    else:
        where = heap.add(b"".join(data)) if data else 0
    info = struct.pack("<BBHHHHIII", 0x7C, len(columns), width, width, width, width + bits, index, where, 0)
    info += b"".join(struct.pack("<HHHBB", c[1], c[0], 4 * k, 4, k) for k, c in enumerate(columns))
    return heap.close(0x7C, heap.add(info), nodes)


# ---- PST: messages (2.4) ----

def folder(store, index, name, parent):
    number = ROOT if index == 9 else nid(FOLDER, index)
    store.node(number, bag(store, {(0x3001, UNICODE): name, (0x3602, LONG): 1, (0x3603, LONG): 0,
                                   (0x360A, BOOLEAN): 1}), parent)
    return number


def begin(store):
    """A file with its root folder, and the folder that people see on top."""
    guid = bytes(range(16))
    top = nid(FOLDER, 0x401)
    store.node(STORE, bag(store, {(0x3001, UNICODE): "Outlook data file", (0x0FF9, BINARY): guid,
                                  (0x35E0, BINARY): struct.pack("<I", 0) + guid + struct.pack("<I", top)}))
    folder(store, 9, "", ROOT)
    folder(store, 0x401, "Top", ROOT)
    return top


def attachment(store, name, data):
    return bag(store, {(0x3707, UNICODE): name, (0x3701, BINARY): data, (0x3705, LONG): 1, (0x0E20, LONG): len(data)})


def message(store, properties, recipients=(), attachments=(), apart=False):
    """recipients: [(name, address)]; attachments: [(data, subnodes)]"""
    nodes = {}
    if recipients:
        nodes[0x692] = table(store, [(0x0C15, LONG), (0x3001, UNICODE), (0x3003, UNICODE)],
                             [{(0x0C15, LONG): 1, (0x3001, UNICODE): n, (0x3003, UNICODE): a} for n, a in recipients], apart)
    if attachments:
        numbers = [nid(ATTACHMENT, 0x400 + i) for i in range(len(attachments))]
        nodes[0x671] = table(store, [(0x3705, LONG)], [{(0x67F2, LONG): n, (0x3705, LONG): 1} for n in numbers])
        nodes.update(zip(numbers, attachments))
    return bag(store, properties, nodes)


def mail(subject, body, **more):
    properties = {(0x001A, UNICODE): "IPM.Note", (0x0037, UNICODE): subject, (0x0039, TIME): 133486466460000000,
                  (0x0C1A, UNICODE): "Human Resources", (0x0E07, LONG): 1, (0x1000, UNICODE): body}
    properties.update(more.get("properties", {}))
    return properties


def pst(body, attachments, **shape):
    """One message in Inbox; attachments: {name: bytes}"""
    store = Store(**shape)
    inbox = folder(store, 0x402, "Inbox", begin(store))
    made = [attachment(store, name, data) for name, data in attachments.items()]
    store.node(nid(MESSAGE, 0x10001), message(store, mail("notes", body), attachments=made), inbox)
    return store.file()


def names(store, texts):
    """What properties from 0x8000 on are called."""
    entries, words = b"", b""
    for i, text in enumerate(texts):
        word = text.encode("utf-16-le")
        entries += struct.pack("<IHH", len(words), 1 | 2 << 1, i)
        words += struct.pack("<I", len(word)) + word + b"\0" * (-len(word) % 4)
    store.node(NAMES, bag(store, {(0x0001, LONG): 251, (0x0002, BINARY): b"", (0x0003, BINARY): entries,
                                  (0x0004, BINARY): words}))


# {\rtf1 hello}: see tests/unit/extract/test-ole.c
RTF = bytes.fromhex("190000000d0000004c5a4675000000000100042068656c6c6f7d010dc0")


def sample(kind, crypt, most=8176, fan=15, apart=False):
    """Of everything something."""
    narrow = STRING if kind == "ansi" else UNICODE
    store = Store(kind, crypt, most, fan)
    top = begin(store)
    names(store, ["Badge", "EmployeeSSN"])
    inbox = folder(store, 0x402, "Inbox", top)
    people = folder(store, 0x403, "People", top)
    folder(store, 0x404, "Empty", inbox)
    inner = message(store, mail("Inner subject", "inner body"), [("Eve", "eve@example.org")])
    forwarded = bag(store, {(0x3001, narrow): "Forwarded", (0x3705, LONG): 5, (0x3701, OBJECT): nid(MESSAGE, 0x300)},
                    {nid(MESSAGE, 0x300): inner})
    large = b"".join(b"<p>paragraph %d</p>\n" % i for i in range(600))
    store.node(nid(MESSAGE, 0x10001), message(
        store, mail("Your file", "Plain text\r\n", properties={
            (0x1013, BINARY): b"<html><body>" + large + b"</body></html>", (0x1009, BINARY): RTF,
            (0x007D, narrow): "Received: by mail.example.org\r\n", (0x8001, UNICODE): "536-90-4399",
            (0x8000, UNICODE | MANY): ["Red", "Green"]}),
        [("Person %d" % i, "person%d@example.org" % i) for i in range(40)],
        [attachment(store, "list of people.txt", b"attached list"), forwarded,
         attachment(store, "large.txt", b"0123456789abcde\n" * 4000)], apart), inbox)
    store.node(nid(MESSAGE, 0x10002), message(store, {
        (0x001A, narrow): "IPM.Contact", (0x3001, narrow): "Anna Quill", (0x3A08, narrow): "+49 30 901820",
        (0x3A42, TIME): 115819200000000000, (0x3A70, BINARY): b"certificate!", (0x3003, narrow): "anna@example.org"}), people)
    store.node(nid(MESSAGE, 0x10003), message(store, {
        (0x001A, STRING): "IPM.Task", (0x3FFD, LONG): 1251, (0x0037, STRING): "Привет".encode("cp1251"),
        (0x1009, BINARY): RTF}), nid(FOLDER, 0x777))
    store.node(nid(HIDDEN, 0x10004), message(store, {(0x001A, narrow): "IPM.Configuration", (0x0037, narrow): "hidden"}), inbox)
    for i in range(60):
        store.node(nid(MESSAGE, 0x10100 + i), message(store, {(0x001A, narrow): "IPM.StickyNote", (0x1000, narrow): "note %d" % i}), people)
    store.deleted(b"was deleted: 536-90-4399 and what is behind it")
    return store.file()


SAMPLES = [("unicode", 1, {}), ("unicode", 0, {}), ("unicode", 2, {"most": 400, "fan": 3, "apart": True}),
           ("ansi", 1, {"fan": 4}), ("large", 0, {"most": 4000, "apart": True})]


def main():
    if sys.argv[1:] == ["--header"]:
        made = [("%s_%d" % (kind, crypt), sample(kind, crypt, **more)) for kind, crypt, more in SAMPLES]
        made.append(("small", pst("hello\n" * 99, {"a.txt": b"attached\n" * 99}, most=400, fan=3)))
        for name, data in made:
            print("static const unsigned char pst_%s[] = {" % name)
            for i in range(0, len(data), 32):
                print("".join("%d," % b for b in data[i:i + 32]))
            print("};")
        return 0
    if len(sys.argv) != 4:
        print(__doc__.split("\n\n")[1], file=sys.stderr)
        return 2
    with open(sys.argv[1], "wb") as f:
        f.write(sample(sys.argv[2], int(sys.argv[3])))
    return 0


if __name__ == "__main__":
    sys.exit(main())

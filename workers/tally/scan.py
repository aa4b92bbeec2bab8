"""The scanner: a kernel that finds the voters in the bytes of a `.pb` file and groups those whose ballots are alike."""

from typing import Any

from schema.pb.form import WITHDRAWN

# What a column of VOTES is to the scanner.
SKIP, VOTER, VOTE, POINTS, WEIGHT = range(5)
# The kinds of bytes. In a field that is skipped all up to COMMA may stand.
PLAIN, HIGH, BLANK, COMMA, PART, FEED, RETURN, STRANGE = range(8)
# What a choice gets: one point, Borda points, points of its own.
ONE, BORDA, OWN = range(3)
# Why it stopped: no text is left, the next row is not plain, there is no room for another ballot.
DONE, ODD, FULL = range(3)
# The counters in `state`: why it stopped, distinct ballots and their cells, voters, rows begun, and how many of the
# names and of the distinct ballots stand in their tables.
WHY, GROUPS, CELLS, VOTERS, ROWS, NAMED, TABLED = range(7)
LISTED = 10
"""So many ballots that break the same limit are listed at a time."""
LONGEST = 2**17
"""Longer rows are not plain: the careful reader refuses cells of such a length."""
# Fowler, Noll and Vo's hash, in 63 bits: wrapping integers and Python's give the same.
SEED, PRIME, MASK = 0x4BF29CE484222325, 0x100000001B3, 2**63 - 1

Numbers = Any
"""Whole numbers: an array, or a list where the kernel is not compiled (faster there, and its numbers never wrap)."""


def byte_kinds() -> list[int]:
    """The kind of each byte in a row as it stands in the file."""
    special = {b" "[0]: BLANK, b","[0]: COMMA, b";"[0]: PART, b"\n"[0]: FEED, b"\r"[0]: RETURN, b'"'[0]: STRANGE}
    return [special.get(byte, STRANGE if byte < 32 else PLAIN if byte < 128 else HIGH) for byte in range(256)]


def mended_kinds() -> list[int]:
    """The kind of each byte in a row that was written for the scanner."""
    special = {b","[0]: COMMA, b";"[0]: PART, b"\n"[0]: FEED}
    return [special.get(byte, PLAIN) for byte in range(256)]


def scan(  # noqa: PLR0912, PLR0915  # a kernel stands alone
    text: Numbers,
    start: int,
    end: int,
    kinds: Numbers,
    roles: Numbers,
    limits: Numbers,
    style: int,
    default: int,
    names: Numbers,
    name_starts: Numbers,
    costs: Numbers,
    slots: Numbers,
    state: Numbers,
    listed: Numbers,
    scored: Numbers,
    picked: Numbers,
    given: Numbers,
    marks: Numbers,
    marked: Numbers,
    broken: Numbers,
    amounts: Numbers,
    voters: Numbers,
    table: Numbers,
    starts: Numbers,
    keys: Numbers,
    heads: Numbers,
    columns: Numbers,
    points: Numbers,
) -> int:
    """Take the rows of `text` from `start` on, each up to a line feed before `end`; the place where it stopped.

    What it is told: `kinds` of the 256 bytes, `roles` of the columns of VOTES, `limits` in the order of
    `schema.pb.limits.BROKEN`, the `style` of ballots, the `default` points of a project that a ballot does not name,
    and by project `names` end to end, where each starts, and `costs`.

    What it fills: `state`; by project `listed` (the ballots that name it) and `scored` (the points they give it); by
    voter a hash of the voter id; by distinct ballot `keys` (its hash), `heads` (what its voters weigh) and `starts`
    (one more than those) of its `columns` and, unless each is 1, `points`. `broken` and `amounts` tell of each limit
    the first `LISTED` ballots that break it and what they measure, its last place in `broken` how many do.
    `slots` (of -1) and `table` (of 0) are hash tables: a power of two long, at least double of what is in them.
    `picked`, `given`, `marks` and `marked` are room for one ballot, one place for each project.
    """
    size = len(costs)
    slot_mask, table_mask = len(slots) - 1, len(table) - 1
    while state[NAMED] < size:
        column = state[NAMED]
        key = SEED
        for place in range(name_starts[column], name_starts[column + 1]):
            key = ((key ^ names[place]) * PRIME) & MASK
        slot = (key ^ (key >> 32)) & slot_mask
        while slots[slot] >= 0:
            slot = (slot + 1) & slot_mask
        slots[slot] = column
        state[NAMED] = column + 1
    while state[TABLED] < state[GROUPS]:
        key = keys[state[TABLED]]
        slot = (key ^ (key >> 32)) & table_mask
        while table[slot] > 0:
            slot = (slot + 1) & table_mask
        state[TABLED] += 1
        table[slot] = state[TABLED]
    needed = 0
    for role in roles:
        if role != SKIP:
            needed += 1
    width, room, group_room, voter_room = len(roles), len(columns) - size, len(keys), len(voters)
    groups, cells, count, stamp = state[GROUPS], state[CELLS], state[VOTERS], state[ROWS]
    at, why = start, DONE
    while at < end:
        if groups == group_room or cells > room or count == voter_room:
            why = FULL
            break
        row, odd, stamp = at, False, stamp + 1
        voter, weight, length, numbers, found, field = 0, 1, 0, 0, 0, 0
        while True:
            role = roles[field]
            if role == SKIP:
                kind = kinds[text[at]]
                while kind < PART:
                    if kind == HIGH:
                        # Signs of two to four bytes in UTF-8; the second byte tells apart what no sign may have.
                        lead, second = text[at], text[at + 1]
                        more = 1 if 194 <= lead < 224 else 2 if 224 <= lead < 240 else 3 if 240 <= lead < 245 else 0
                        least = 160 if lead == 224 else 144 if lead == 240 else 128
                        most = 159 if lead == 237 else 143 if lead == 244 else 191
                        odd = more == 0 or second < least or second > most
                        for place in range(at + 2, at + 1 + more):
                            odd = odd or text[place] >> 6 != 2
                        if odd:
                            break
                        at += more
                    at += 1
                    kind = kinds[text[at]]
            elif role == VOTER:
                key, first = SEED, at
                while kinds[text[at]] == PLAIN or kinds[text[at]] == COMMA:
                    key = ((key ^ text[at]) * PRIME) & MASK
                    at += 1
                voter = key
                odd = at == first
            elif role == VOTE:
                while True:
                    key, first = SEED, at
                    kind = kinds[text[at]]
                    while kind < COMMA:
                        key = ((key ^ text[at]) * PRIME) & MASK
                        at += 1
                        kind = kinds[text[at]]
                    if at == first:
                        odd = length > 0 or kind == COMMA
                        break
                    slot = (key ^ (key >> 32)) & slot_mask
                    column = slots[slot]
                    while column >= 0:
                        place, rest = name_starts[column], first
                        if name_starts[column + 1] - place == at - first:
                            while rest < at and names[place] == text[rest]:
                                place += 1
                                rest += 1
                            if rest == at:
                                break
                        slot = (slot + 1) & slot_mask
                        column = slots[slot]
                    if column < 0 or marks[column] == stamp:
                        odd = True
                        break
                    marks[column] = stamp
                    picked[length] = column
                    length += 1
                    if kind != COMMA:
                        break
                    at += 1
            else:
                # A weight goes behind the last place for points.
                read = size if role == WEIGHT else 0
                most = size + 1 if role == WEIGHT else size
                while True:
                    first, number, negative = at, 0, text[at] == 45
                    if negative:
                        at += 1
                    digits = at
                    while 48 <= text[at] <= 57:
                        number = number * 10 + text[at] - 48
                        at += 1
                    kind = kinds[text[at]]
                    if at == first and read == 0 and kind != COMMA:
                        break
                    if at == digits or at > digits + 15 or read == most:
                        odd = True
                        break
                    given[read] = -number if negative else number
                    read += 1
                    if kind != COMMA:
                        break
                    at += 1
                if role == POINTS:
                    numbers = read
                else:
                    weight = given[size]
                    odd = odd or weight < 1
            if odd:
                break
            found += 1 if role != SKIP else 0
            kind = kinds[text[at]]
            at += 1
            if kind == PART:
                field += 1
                odd = field == width
                if odd:
                    break
                continue
            if kind == RETURN and text[at] == 10:
                at += 1
                kind = FEED
            odd = kind != FEED
            break
        if odd or found < needed or (style == OWN and numbers != length) or at - row > LONGEST:
            at, why = row, ODD
            break
        # The row is plain. First what the ballot says, supported or not.
        cost, lowest, highest, total = 0, limits[4], limits[5], 0
        for place in range(length):
            column = picked[place]
            if style == ONE:
                given[place] = 1
            elif style == BORDA:
                given[place] = length - place
            elif place == 0:
                lowest = highest = given[0]
            number = given[place]
            lowest, highest, total = min(lowest, number), max(highest, number), total + number
            cost += costs[column]
            marked[column] = number
            listed[column] += 1
            scored[column] += number
        for limit in range(8):
            if limit < 2:
                amount = length
            elif limit < 4:
                amount = cost
            elif limit == 4:
                amount = lowest
            elif limit == 5:
                amount = highest
            else:
                amount = total
            if amount > limits[limit] if limit % 2 else amount < limits[limit]:
                place = limit * (LISTED + 1)
                if broken[place + LISTED] < LISTED:
                    broken[place + broken[place + LISTED]] = count
                    amounts[place + broken[place + LISTED]] = amount
                broken[place + LISTED] += 1
        voters[count] = voter
        count += 1
        # Then what it supports, as a set: the places of an ordinal ballot are in its points.
        kept = 0
        for place in range(length):
            if given[place] > 0 and costs[picked[place]] != WITHDRAWN:
                picked[kept] = picked[place]
                kept += 1
        if default > 0:
            for column in range(size):
                if marks[column] != stamp and costs[column] != WITHDRAWN:
                    marks[column], marked[column], picked[kept] = stamp, default, column
                    kept += 1
        key = kept
        for place in range(kept):
            column = picked[place]
            part = ((column + 1) * SEED + marked[column] * PRIME) & MASK
            key = (key + ((part ^ (part >> 32)) * PRIME & MASK)) & MASK
        slot = (key ^ (key >> 32)) & table_mask
        group = table[slot] - 1
        while group >= 0:
            place, after = starts[group], starts[group + 1]
            if keys[group] == key and after - place == kept:
                while place < after and marks[columns[place]] == stamp:
                    if style != ONE and marked[columns[place]] != points[place]:
                        break
                    place += 1
                if place == after:
                    break
            slot = (slot + 1) & table_mask
            group = table[slot] - 1
        if group >= 0:
            heads[group] += weight
            continue
        heads[groups], keys[groups] = weight, key
        for place in range(kept):
            column, before = picked[place], cells + place
            while before > cells and columns[before - 1] > column:
                columns[before] = columns[before - 1]
                before -= 1
            columns[before] = column
        if style != ONE:
            for place in range(cells, cells + kept):
                points[place] = marked[columns[place]]
        groups, cells = groups + 1, cells + kept
        starts[groups], table[slot] = cells, groups
    state[WHY], state[GROUPS], state[CELLS], state[VOTERS], state[ROWS] = why, groups, cells, count, stamp
    state[TABLED] = groups
    return at

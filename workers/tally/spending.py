"""The loop of equal shares: fund what asks least, charge, repeat, and raise the shares until that overspends.

Floats guess here and never decide. Beside every amount stands a bound on its error; a project is funded only where no
other one could come first within these bounds, and an increment is kept only where the pot, counted in whole numbers,
was certainly not overspent. Where the bounds overlap the loop stops with `UNSURE`, and exact arithmetic answers
(`workers/tally/exact.py`). Rates (rho) that every supporter can pay in full are compared by their exact rank.

What takes time is not arithmetic but memory. So nobody's money is kept: it is the share less the payments for what is
on the ballot, or nothing once she has given all. Beside that stands, in two bytes for each distinct ballot, a rough
amount in parts of the share that her money does not exceed. It settles nearly everything: who is certainly rich, who
has nothing, and which projects certainly ask more than the cheapest. Only the poor are looked up.

Increments are cheap because of one fact: while two runs buy the same projects in the same order, the one with the
larger share leaves every voter with no less money, and so no rate is higher in it. Hence

* what a run far ahead finds out about rates are lower bounds for all runs before it, as long as they buy the same;
* if a run far ahead buys what the kept run bought, and each project that was funded had a rate in the kept run below
  all that its rivals have far ahead, then every run between the two buys the same, and they are skipped.
"""

from collections.abc import MutableSequence, Sequence

Floats = MutableSequence[float]
Whole = MutableSequence[int]

DONE, UNSURE = 0, 1
# Where the loop keeps what it has to remember when it stops to ask.
KEPT, AHEAD, STAGE, PREFIX, LEFT, STEADY, BEGIN, ANSWER, LEVEL, REACH = range(10)
NOTHING_AFFORDABLE = -2
DROPPED, ALIVE, BOUGHT = 0, 1, 2
DISTANCES = 12
"""Runs ahead go 2, 4, 8, ... 2**(DISTANCES - 1) increments far."""
PARTS = 65_000
"""Into so many parts a share is cut; with what is added for safety, rough amounts fit into two bytes."""
EPS = 2.3e-16
"""What a float may be off after one operation, as a part of it (2**-52)."""
NEAR = 1e-7
"""A payment is known well enough if it is known to a fourth of this part of it."""
INFINITY = float("inf")


def bound(
    first: int,
    last: int,
    members: Sequence[int],
    voters: Sequence[float],
    given: Sequence[int] | None,
    rough: Sequence[int],
    part: float,
    cost: float,
    unit: float,
    x: float,
    limit: float,
) -> tuple[float, bool, int]:
    """Raise `x`, a lower bound of the payment per point, by rough amounts, until its rate is above `limit` or it fits.

    The supporters stand in `members` from `first` up to `last`. Also returned: whether it fits; if it does not, its
    rate is above the limit, or infinite where they cannot pay. And how many of them have nothing left.
    """
    those, weights = members[first:last], voters[first:last]
    gifts = None if given is None else given[first:last]
    rounding = EPS * (len(those) + 8) * cost
    while True:
        # The tangent of a concave function: whoever has less than x gives all, the rest share alike what is missing.
        # Sums without a branch are several times faster than sums over those who pass a test.
        gave = 0.0
        rich = 0.0
        empty = 0
        for k in range(len(those)):
            u = 1.0 if gifts is None else float(gifts[k])
            b = rough[those[k]] * part
            gave += weights[k] * min(b, x * u)
            rich += weights[k] * u if b > x * u else 0.0
            empty += 1 if b == 0.0 else 0
        missing = cost - gave
        if missing <= 4 * rounding:
            return x * (1 - 4 * EPS), True, empty
        if rich <= 0:
            return INFINITY, False, empty
        x += missing / rich
        if (x - rounding / rich) / unit * (1 - 8 * EPS) > limit:
            return (x - rounding / rich) * (1 - 4 * EPS), False, empty


def held(
    g: int,
    share: float,
    rows: Sequence[int],
    columns: Sequence[int],
    shown: Sequence[int] | None,
    asked: Sequence[float],
    doubts: Sequence[float],
) -> tuple[float, float]:
    """What a voter of ballot `g` has left if she never gave all she had, and how far from that it may be."""
    b = share
    slack = 2 * EPS * share * (rows[g + 1] - rows[g] + 2)
    for e in range(rows[g], rows[g + 1]):
        u = 1.0 if shown is None else float(shown[e])
        b -= asked[columns[e]] * u
        slack += doubts[columns[e]] * u
    return max(b, 0.0), slack


def settle(
    first: int,
    last: int,
    members: Sequence[int],
    voters: Sequence[float],
    given: Sequence[int] | None,
    rough: Sequence[int],
    part: float,
    cost: float,
    total: float,
    x: float,
    share: float,
    drift: int,
    loosest: float,
    rows: Sequence[int],
    columns: Sequence[int],
    shown: Sequence[int] | None,
    asked: Sequence[float],
    doubts: Sequence[float],
    looked: Whole,
    purses: Floats,
    slack: Floats,
) -> tuple[float, float, bool]:
    """The payment per point from below and from above, and whether all supporters pay that in full.

    `x` is a lower bound; rough amounts are at most `drift` parts and `loosest` too high. Infinite from below if the
    supporters certainly cannot pay; (0, 0) if nothing can be said; infinite from above if nothing can be said there.
    """
    those, weights = members[first:last], voters[first:last]
    gifts = None if given is None else given[first:last]
    rounding = EPS * (len(those) + 8) * cost
    wide = x
    while True:
        # Who has more than that, by rough amounts, shares alike. The others are looked up.
        wide = max(wide, x) + x * (1e-3 + NEAR) + 4 * loosest
        sharing = 0.0
        count = 0
        for k in range(len(those)):
            u = 1.0 if gifts is None else float(gifts[k])
            a = rough[those[k]]
            far = 1 if (a - drift) * part > wide * u else 0
            sharing += weights[k] * u * far
            looked[count] = k
            count += (1 - far) * (1 if a > 0 else 0)
        for j in range(count):
            purses[j] = asked[columns[rows[those[looked[j]]]]]  # makes memory fetch many ballots at a time
        for j in range(count):
            purses[j], slack[j] = held(those[looked[j]], share, rows, columns, shown, asked, doubts)
        while True:
            gave = sharing * x
            rich = sharing
            clear = sharing
            error = rounding
            for j in range(count):
                k = looked[j]
                u = 1.0 if gifts is None else float(gifts[k])
                b = purses[j]
                above = 1.0 if b > x * u * (1 + NEAR) + loosest else 0.0
                gave += weights[k] * min(b, x * u)
                rich += weights[k] * u if b > x * u else 0.0
                clear += weights[k] * u * above
                error += weights[k] * slack[j] * (1.0 - above)
            if rich <= 0 or cost - gave <= 4 * rounding:
                break
            x += (cost - gave) / rich
        if x * (1 + NEAR) + 2 * loosest <= wide:
            break
    error += max(cost - gave, 0.0)
    if rich <= 0:
        return (INFINITY, INFINITY, False) if gave + error < cost * (1 - EPS) else (0.0, 0.0, False)
    if clear == total:
        return cost / total * (1 - 4 * EPS), cost / total * (1 + 4 * EPS), True
    top = (x + error / clear) * (1 + 4 * EPS) if clear > 0 and error / clear <= NEAR / 4 * x else INFINITY
    return (x - error / rich) * (1 - 4 * EPS), top, False


def let_go(first: int, last: int, members: Whole, voters: Floats, given: Whole | None, rough: Sequence[int]) -> int:
    """Forget the supporters who have nothing left; where the others end now."""
    kept = first
    for k in range(first, last):
        if rough[members[k]] > 0:
            members[kept] = members[k]
            voters[kept] = voters[k]
            if given is not None:
                given[kept] = given[k]
            kept += 1
    return kept


def charge(
    first: int,
    last: int,
    members: Sequence[int],
    given: Sequence[int] | None,
    rough: Whole,
    part: float,
    low: float,
    x: float,
    share: float,
    drift: int,
    loosest: float,
    rows: Sequence[int],
    columns: Sequence[int],
    shown: Sequence[int] | None,
    asked: Sequence[float],
    doubts: Sequence[float],
    looked: Whole,
) -> None:
    """Let the supporters pay `x` per point, which is not below `low`, or all that they have.

    Only where rough amounts do not tell which of the two it is, exact ones have to.
    """
    those = members[first:last]
    gifts = None if given is None else given[first:last]
    count = 0
    for k in range(len(those)):
        u = 1.0 if gifts is None else float(gifts[k])
        a = rough[those[k]]
        able = 1 if a * part >= low * u else 0
        looked[count] = k
        count += able * (1 if (a - drift) * part <= x * u + 2 * loosest else 0)
        rough[those[k]] = able * max(a - int(low * u / part), 1)
    for j in range(count):
        g = those[looked[j]]
        u = 1.0 if gifts is None else float(gifts[looked[j]])
        b, slack = held(g, share, rows, columns, shown, asked, doubts)
        if b + slack < low * u:
            rough[g] = 0


def spend(  # noqa: PLR0912, PLR0915 - one loop over one state, which it keeps when it stops to ask
    starts: Sequence[int],
    groups: Sequence[int],
    points: Sequence[int] | None,
    weights: Sequence[float],
    rows: Sequence[int],
    columns: Sequence[int],
    shown: Sequence[int] | None,
    homes: Sequence[int],
    costs: Sequence[int],
    units: Sequence[float],
    totals: Sequence[float],
    ranks: Sequence[int],
    order: Sequence[int],
    share: float,
    step: float,
    budget: int,
    exhaustive: bool,
    last: int,
    rough: Whole,
    paid: Floats,
    asked: Floats,
    doubts: Floats,
    ends: Whole,
    members: Whole,
    voters: Floats,
    given: Whole | None,
    looked: Whole,
    purses: Floats,
    slack: Floats,
    alive: Whole,
    seen: Whole,
    price: Floats,
    top: Floats,
    low: Floats,
    high: Floats,
    whole: Whole,
    bought: Whole,
    ceiling: Floats,
    full: Whole,
    steady: Whole,
    steady_ceiling: Floats,
    steady_full: Whole,
    far_bought: Whole,
    far_low: Floats,
    far_stages: Whole,
    far_until: Whole,
    level: Whole,
    register: Whole,
) -> int:
    """Run until the increments end (`DONE`) or until exact arithmetic is asked (`UNSURE`).

    By project: `starts`, `groups`, `points`, `weights` the supporters (no points: 1 each) and the voters of each;
    `homes` their columns in the ballots, which are `rows`, `columns`, `shown` (points, as before); `costs`, `units` the
    utility of a point, `totals` all its points, `ranks` of the rate when all pay in full, `order` the projects by rank
    and tie order. `share` is the first share, raised by `step` up to `last` times.

    Working arrays. By ballot: the `rough` amount that is left, in parts of the share, 0 for nothing; what the full
    purchases at the start cost (`paid`). By column: what was `asked` per point for a project that was bought, and how
    far from it the truth may be (`doubts`). `members`, `voters` and `given`: the supporters who still have money, each
    project's up to its place in `ends`. `looked`, `purses`, `slack`: scratch, as long as the longest row of supporters.
    By project: `price` and `top`, the bounds of the payment per point, `low` and `high` of the rate, `whole` where all
    supporters can pay in full. By stage: `bought`, the bound `ceiling` of its rate, `full` where all paid it; the same
    three of the run that is kept (`steady`). By distance and stage: what the runs ahead `bought` and the lower bounds
    of all rates there. `level`: the projects that were level, as stage and project in turn.
    """
    size = len(costs)
    memory = len(far_bought) // DISTANCES
    while True:
        ahead = register[AHEAD]
        target = register[KEPT] + ahead
        distance = 0
        while 1 << distance < ahead:
            distance += 1
        start = share + step * target
        if register[BEGIN] == 1:
            register[BEGIN] = 0
            register[ANSWER] = -1
            register[LEVEL] = 0
            if ahead > 1:
                far_stages[distance] = 0
            for g in range(len(rough)):
                rough[g] = int((start - paid[g]) / start * PARTS) + 2
            for k in range(len(groups)):
                members[k] = groups[k]
                voters[k] = weights[k]
            if given is not None and points is not None:
                for k in range(len(points)):
                    given[k] = points[k]
            for p in range(size):
                ends[p] = starts[p + 1]
                alive[p] = ALIVE
                asked[homes[p]] = 0.0
                doubts[homes[p]] = 0.0
                price[p] = costs[p] / totals[p] * (1 - 4 * EPS)
                low[p] = price[p] / units[p] * (1 - 4 * EPS)
            register[LEFT] = budget
            for n in range(register[PREFIX]):
                p = order[n]
                alive[p] = BOUGHT
                bought[n] = p
                if n < memory:
                    far_bought[distance * memory + n] = p
                full[n] = 1
                ceiling[n] = costs[p] / totals[p] / units[p] * (1 + 8 * EPS)
                asked[homes[p]] = costs[p] / totals[p]
                doubts[homes[p]] = 2 * EPS * asked[homes[p]]
                register[LEFT] -= costs[p]
            register[STAGE] = register[PREFIX]
        part = start / PARTS
        loosest = 4 * EPS * start
        for n in range(register[STAGE]):
            p = bought[n]
            loosest += (doubts[homes[p]] / asked[homes[p]] + 2 * EPS) * start
        # The nearest distance at which a run ahead may have bought what this run has bought so far.
        closest = distance + 1
        sure = True
        certified = True
        differs = False
        overspent = False
        p = 0
        while True:
            n = register[STAGE]
            chosen = -1
            if register[ANSWER] != -1:
                chosen = register[ANSWER]
                register[ANSWER] = -1
                if chosen == NOTHING_AFFORDABLE:
                    break
            else:
                while closest < DISTANCES:
                    fits = target <= far_until[closest] and n < far_stages[closest]
                    for i in range(n):
                        if fits and far_bought[closest * memory + i] != bought[i]:
                            fits = False
                    if fits:
                        break
                    closest += 1
                if closest < DISTANCES:
                    for q in range(size):
                        low[q] = max(low[q], far_low[(closest * memory + n) * size + q])
                best = INFINITY
                floor = 0.0
                if ahead > 1 and certified and n < register[STEADY]:
                    floor = steady_ceiling[n]
                # First what the kept run bought next, or else what may ask least; then all that may ask less than that.
                first = -1
                for i in range(register[STEADY]):
                    if first < 0 and alive[steady[i]] == ALIVE:
                        first = steady[i]
                least = INFINITY
                for q in range(size):
                    seen[q] = 0
                    if first < 0 and alive[q] == ALIVE and low[q] < least:
                        least = low[q]
                        p = q
                p = first if first >= 0 else p
                following = -1 if first >= 0 or least < INFINITY else size
                while True:
                    limit = max(best, floor)
                    if following >= 0:
                        while following < size and (
                            alive[following] != ALIVE
                            or seen[following] == 1
                            or low[following] > limit
                            or low[following] == INFINITY
                        ):
                            following += 1
                        if following == size:
                            break
                        p = following
                    following += 1
                    seen[p] = 1
                    x, fits, empty = bound(
                        starts[p],
                        ends[p],
                        members,
                        voters,
                        given,
                        rough,
                        part,
                        float(costs[p]),
                        units[p],
                        price[p],
                        limit,
                    )
                    upper, every = INFINITY, False
                    if fits:
                        x, upper, every = settle(
                            starts[p],
                            ends[p],
                            members,
                            voters,
                            given,
                            rough,
                            part,
                            float(costs[p]),
                            totals[p],
                            x,
                            start,
                            n + 3,
                            loosest,
                            rows,
                            columns,
                            shown,
                            asked,
                            doubts,
                            looked,
                            purses,
                            slack,
                        )
                    if x == INFINITY:
                        alive[p] = DROPPED
                        low[p] = INFINITY
                        continue
                    if upper == 0.0:
                        sure = False
                        break
                    whole[p] = 1 if every else 0
                    price[p] = max(price[p], x)
                    low[p] = max(low[p], price[p] / units[p] * (1 - 4 * EPS))
                    top[p] = upper
                    high[p] = upper / units[p] * (1 + 4 * EPS)
                    best = min(best, high[p])
                    if 4 * empty > ends[p] - starts[p]:
                        ends[p] = let_go(starts[p], ends[p], members, voters, given, rough)
                if not sure:
                    break
                rivals = 0
                whole_rivals = 0
                for p in range(size):
                    if alive[p] == ALIVE and seen[p] == 1 and low[p] <= best:
                        rivals += 1
                        whole_rivals += whole[p]
                        if chosen < 0 or ranks[p] < ranks[chosen]:
                            chosen = p
                if ahead > 1 and n < memory:
                    for q in range(size):
                        far_low[(distance * memory + n) * size + q] = INFINITY if alive[q] == DROPPED else low[q]
                    far_stages[distance] = n + 1
                if rivals == 0:
                    break
                if best == INFINITY or (rivals > 1 and whole_rivals < rivals):
                    sure = False
                    break
                if rivals > 1:
                    before = register[LEVEL]
                    for p in range(size):
                        if alive[p] == ALIVE and seen[p] == 1 and low[p] <= best and ranks[p] == ranks[chosen]:
                            level[register[LEVEL]] = n
                            level[register[LEVEL] + 1] = p
                            register[LEVEL] += 2
                    if register[LEVEL] == before + 2:
                        register[LEVEL] = before  # only the one chosen: nothing was level with it
                if ahead > 1:
                    if n >= register[STEADY] or chosen != steady[n]:
                        differs = True
                        break
                    for q in range(size):
                        if q != chosen and alive[q] == ALIVE and low[q] <= steady_ceiling[n]:
                            behind = ranks[q] > ranks[chosen] or (ranks[q] == ranks[chosen] and q > chosen)
                            if steady_full[n] == 0 or not behind:
                                certified = False
                    if n < memory:
                        far_bought[distance * memory + n] = chosen
            register[LEFT] -= costs[chosen]
            if register[LEFT] < 0:
                overspent = True
                break
            alive[chosen] = BOUGHT
            bought[n] = chosen
            ceiling[n] = high[chosen]
            full[n] = whole[chosen]
            x = (price[chosen] + top[chosen]) / 2
            doubt = (top[chosen] - price[chosen]) / 2
            charge(
                starts[chosen],
                ends[chosen],
                members,
                given,
                rough,
                part,
                price[chosen],
                x,
                start,
                n + 3,
                loosest,
                rows,
                columns,
                shown,
                asked,
                doubts,
                looked,
            )
            asked[homes[chosen]] = x
            doubts[homes[chosen]] = doubt
            loosest += (doubt / x + 2 * EPS) * start
            if ahead == 1 and n == register[PREFIX] and chosen == order[n] and whole[chosen] == 1:
                for k in range(starts[chosen], ends[chosen]):
                    g = members[k]
                    u = 1.0 if given is None else float(given[k])
                    paid[g] += x * u
                register[PREFIX] += 1
            register[STAGE] = n + 1
        n = register[STAGE]
        if ahead == 1:
            if not sure:
                return UNSURE
            if overspent:
                return DONE
            register[KEPT] = target
            same = n == register[STEADY]
            for i in range(n):
                if same and bought[i] != steady[i]:
                    same = False
            register[REACH] = 2 * register[REACH] if same and register[REACH] < 2 else register[REACH]
            room = False
            for p in range(size):
                if alive[p] != BOUGHT and costs[p] <= register[LEFT]:
                    room = True
            if n == size or target >= last or (exhaustive and not room):
                return DONE
        elif sure and certified and not overspent and not differs and n == register[STEADY]:
            register[KEPT] = target
            if target >= last:
                return DONE
            if ahead == register[REACH] and distance + 1 < DISTANCES:
                register[REACH] = 2 * ahead
        else:
            far_until[distance] = target
            register[REACH] = ahead // 2
            register[AHEAD] = ahead // 2
            register[BEGIN] = 1
            continue
        register[STEADY] = n
        for i in range(n):
            steady[i] = bought[i]
            steady_ceiling[i] = ceiling[i]
            steady_full[i] = full[i]
        ahead = register[REACH]
        while ahead > 1 and (register[KEPT] % ahead != 0 or register[KEPT] + ahead > last):
            ahead //= 2
        register[AHEAD] = ahead
        register[BEGIN] = 1

"""The loop of equal shares: fund what asks least, charge, repeat, and raise the shares until that overspends.

Floats guess here and never decide. Beside every amount stands a bound on its error; a project is funded only where no
other one could come first within these bounds, and an increment is kept only where the pot, counted in whole numbers,
was certainly not overspent. Where the bounds overlap the loop stops with `UNSURE`, and exact arithmetic answers
(`workers/tally/exact.py`). Rates (rho) that every supporter can pay in full are compared by their exact rank.

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


def spend(  # noqa: PLR0912, PLR0915 - one loop, so that it compiles as one
    starts: Sequence[int],
    groups: Sequence[int],
    points: Sequence[int] | None,
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
    purses: Floats,
    slack: Floats,
    paid: Floats,
    paid_slack: Floats,
    ends: Whole,
    members: Whole,
    given: Whole | None,
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

    By project: `starts`, `groups`, `points` the supporters (no points: 1 each), `costs`, `units` the utility of a
    point, `totals` all its points, `ranks` of the rate when all pay in full, `order` the projects by rank and tie
    order. `share` is the first share, raised by `step` up to `last` times.

    Working arrays: by ballot, side by side in `purses` since memory is what takes time, the money left to each of its
    voters and how many they are; the error `slack` of that money, and what the full purchases at the start cost each
    (`paid`); `members` and `given` the supporters who still have money, each project's up to its place in `ends`; by
    project `price` and `top`, the bounds of the payment per point, and `low` and `high` of the rate, `whole` where
    every supporter can pay in full; by stage `bought`, the bound `ceiling` of its rate, and `full` where all paid it;
    the same three of the run that is kept (`steady`); by distance and stage what the runs ahead `bought` and the
    lower bounds of all rates there; `level` the projects that were level, as stage and project in turn.
    """
    eps = 2.3e-16
    near = 1e-9
    infinity = 1e300 * 1e300
    size = len(costs)
    memory = len(far_bought) // DISTANCES
    while True:
        ahead = register[AHEAD]
        target = register[KEPT] + ahead
        distance = 0
        while 1 << distance < ahead:
            distance += 1
        if register[BEGIN] == 1:
            register[BEGIN] = 0
            register[ANSWER] = -1
            register[LEVEL] = 0
            if ahead > 1:
                far_stages[distance] = 0
            start = share + step * target
            for g in range(len(slack)):
                purses[2 * g] = start - paid[g]
                slack[g] = paid_slack[g] + 4 * eps * start
            for k in range(len(groups)):
                members[k] = groups[k]
            if given is not None and points is not None:
                for k in range(len(points)):
                    given[k] = points[k]
            for p in range(size):
                ends[p] = starts[p + 1]
                alive[p] = ALIVE
                price[p] = costs[p] / totals[p] * (1 - 4 * eps)
                low[p] = price[p] / units[p] * (1 - 4 * eps)
            register[LEFT] = budget
            for n in range(register[PREFIX]):
                p = order[n]
                alive[p] = BOUGHT
                bought[n] = p
                if n < memory:
                    far_bought[distance * memory + n] = p
                full[n] = 1
                ceiling[n] = costs[p] / totals[p] / units[p] * (1 + 8 * eps)
                register[LEFT] -= costs[p]
            register[STAGE] = register[PREFIX]
        loosest = 0.0
        for g in range(len(slack)):
            loosest = max(loosest, slack[g])
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
                best = infinity
                floor = 0.0
                if ahead > 1 and certified and n < register[STEADY]:
                    floor = steady_ceiling[n]
                # First what the kept run bought next, or else what may ask least; then all that may ask less than that.
                first = -1
                for i in range(register[STEADY]):
                    if first < 0 and alive[steady[i]] == ALIVE:
                        first = steady[i]
                least = infinity
                for q in range(size):
                    seen[q] = 0
                    if first < 0 and alive[q] == ALIVE and low[q] < least:
                        least = low[q]
                        p = q
                p = first if first >= 0 else p
                following = -1 if first >= 0 or least < infinity else size
                while True:
                    limit = max(best, floor)
                    if following >= 0:
                        while following < size and (
                            alive[following] != ALIVE
                            or seen[following] == 1
                            or low[following] > limit
                            or low[following] == infinity
                        ):
                            following += 1
                        if following == size:
                            break
                        p = following
                    following += 1
                    seen[p] = 1
                    # The payment per point, from below: those who have less than it give all, the rest share alike.
                    # Sums without a branch are several times faster than sums over those who pass a test.
                    cost = float(costs[p])
                    x = price[p]
                    rounding = eps * (ends[p] - starts[p] + 8) * cost
                    clear = 0.0
                    while True:
                        gave = 0.0
                        rich = 0.0
                        empty = 0
                        for k in range(starts[p], ends[p]):
                            g = members[k]
                            u = 1.0 if given is None else float(given[k])
                            b = purses[2 * g]
                            gave += purses[2 * g + 1] * min(b, x * u)
                            rich += purses[2 * g + 1] * u if b > x * u else 0.0
                            empty += 1 if b == 0.0 else 0
                        error = loosest * totals[p] + rounding
                        settled = cost - gave <= 4 * rounding
                        if rich <= 0 or settled:
                            break
                        x += (cost - gave) / rich
                        if (x - error / rich) / units[p] * (1 - 8 * eps) > limit:
                            break
                    if rich > 0 and settled:
                        gave = 0.0
                        rich = 0.0
                        error = 0.0
                        for k in range(starts[p], ends[p]):
                            g = members[k]
                            u = 1.0 if given is None else float(given[k])
                            b = purses[2 * g]
                            w = purses[2 * g + 1]
                            above = 1.0 if b > x * u else 0.0
                            far_above = 1.0 if b > x * u * (1 + near) + loosest else 0.0
                            gave += w * min(b, x * u)
                            rich += w * u * above
                            clear += w * u * far_above
                            error += w * slack[g] * (1.0 - far_above)
                        error += rounding + max(cost - gave, 0.0)
                    if rich <= 0:
                        if gave + error < cost * (1 - eps):
                            alive[p] = DROPPED
                            low[p] = infinity
                            continue
                        sure = False
                        break
                    whole[p] = 1 if clear == totals[p] else 0
                    if whole[p] == 1:
                        x = cost / totals[p]
                        error = 0.0
                    price[p] = max(price[p], (x - error / rich) * (1 - 4 * eps))
                    low[p] = max(low[p], price[p] / units[p] * (1 - 4 * eps))
                    if clear > 0 and error / clear <= near / 4 * x:
                        top[p] = (x + error / clear) * (1 + 4 * eps)
                        high[p] = top[p] / units[p] * (1 + 4 * eps)
                        best = min(best, high[p])
                    else:
                        top[p] = infinity
                        high[p] = infinity
                    if 4 * empty > ends[p] - starts[p]:
                        kept = starts[p]
                        for k in range(starts[p], ends[p]):
                            g = members[k]
                            if purses[2 * g] > 0.0 or slack[g] > 0.0:
                                members[kept] = g
                                if given is not None:
                                    given[kept] = given[k]
                                kept += 1
                        ends[p] = kept
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
                        far_low[(distance * memory + n) * size + q] = infinity if alive[q] == DROPPED else low[q]
                    far_stages[distance] = n + 1
                if rivals == 0:
                    break
                if best == infinity or (rivals > 1 and whole_rivals < rivals):
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
            extend = ahead == 1 and n == register[PREFIX] and chosen == order[n] and whole[chosen] == 1
            for k in range(starts[chosen], ends[chosen]):
                g = members[k]
                u = 1.0 if given is None else float(given[k])
                b = purses[2 * g]
                stays = 1.0 if b + slack[g] >= price[chosen] * u else 0.0
                looser = (slack[g] + doubt * u + 2 * eps * b) * stays
                purses[2 * g] = max(b - x * u, 0.0) * stays
                slack[g] = looser
                loosest = max(loosest, looser)
            if extend:
                for k in range(starts[chosen], ends[chosen]):
                    g = members[k]
                    u = 1.0 if given is None else float(given[k])
                    paid[g] += x * u
                    paid_slack[g] += doubt * u + 2 * eps * paid[g]
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

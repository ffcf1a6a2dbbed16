"""Regular expressions as automata, by their derivatives (Brzozowski 1964).

What is left to match after a symbol is an expression again, so expressions are the states; they are kept in one shape
each, so that there are few. Written with `|`, `*`, `+`, `?`, `{2}`, `{1,3}`, `( )`, `[ab]`, `[a-c]`, `[^ab]` and `.`;
after a backslash any of these is a symbol. A word is matched as a whole. What means another thing elsewhere (`^`, `$`,
`\\d`, `\\1`) is refused.
"""

from __future__ import annotations

from dataclasses import dataclass

from openwork.errors import Reason, TaskError
from openwork.tasks.automaton import Automaton, automaton_of

SPECIAL_CHARACTERS = "|*+?{}()[]."
ANCHORS = "^$"
MOST_REPEATED = 1000


@dataclass(frozen=True)
class Expression:
    """What is still to be matched; on its own: nothing matches."""


@dataclass(frozen=True)
class Empty(Expression):
    """The empty text."""


@dataclass(frozen=True)
class OneOf(Expression):
    """Any one of these symbols."""

    symbols: frozenset[str]


@dataclass(frozen=True)
class Then(Expression):
    """One after the other."""

    first: Expression
    rest: Expression


@dataclass(frozen=True)
class Either(Expression):
    """Any of several."""

    options: frozenset[Expression]


@dataclass(frozen=True)
class Repeat(Expression):
    """Any number of times."""

    part: Expression


NOTHING, EMPTY = Expression(), Empty()


def symbols_of_regex(pattern: str) -> tuple[str, ...]:
    """The symbols that a regular expression names, in order of character.

    Raises:
        TaskError: it cannot be read.
    """
    reader = _Reader(pattern)
    reader.whole()
    return tuple(sorted(reader.named))


def automaton_of_regex(pattern: str, symbols: tuple[str, ...]) -> Automaton:
    """The automaton of a regular expression over symbols of one character each.

    Raises:
        TaskError: it cannot be read, speaks of other symbols, matches no text, or needs too many states.
    """
    expression = _Reader(pattern, symbols).whole()

    def step(state: Expression, symbol: str) -> Expression | None:
        after = _derivative(state, symbol)
        return None if after == NOTHING else after

    return automaton_of(symbols, expression, step, _matches_empty)


def _then(first: Expression, rest: Expression) -> Expression:
    if NOTHING in (first, rest):
        return NOTHING
    if first == EMPTY:
        return rest
    if isinstance(first, Then):
        return Then(first.first, _then(first.rest, rest))
    return first if rest == EMPTY else Then(first, rest)


def _either(*options: Expression) -> Expression:
    flat: set[Expression] = set()
    for option in options:
        flat |= option.options if isinstance(option, Either) else {option}
    flat.discard(NOTHING)
    return NOTHING if not flat else flat.pop() if len(flat) == 1 else Either(frozenset(flat))


def _repeat(part: Expression) -> Expression:
    return EMPTY if part in (NOTHING, EMPTY) else part if isinstance(part, Repeat) else Repeat(part)


def _matches_empty(expression: Expression) -> bool:
    match expression:
        case Then(first, rest):
            return _matches_empty(first) and _matches_empty(rest)
        case Either(options):
            return any(map(_matches_empty, options))
    return isinstance(expression, Empty | Repeat)


def _derivative(expression: Expression, symbol: str) -> Expression:
    """What is left to match after this symbol."""
    match expression:
        case OneOf(symbols):
            return EMPTY if symbol in symbols else NOTHING
        case Then(first, rest):
            after = _then(_derivative(first, symbol), rest)
            return _either(after, _derivative(rest, symbol)) if _matches_empty(first) else after
        case Either(options):
            return _either(*(_derivative(option, symbol) for option in options))
        case Repeat(part):
            return _then(_derivative(part, symbol), expression)
    return NOTHING


class _Reader:
    """Reads a pattern from left to right, over these symbols; or over any, which are then in `named`."""

    def __init__(self, pattern: str, symbols: tuple[str, ...] | None = None) -> None:
        self.pattern, self.symbols, self.at = pattern, symbols, 0
        self.named: set[str] = set()

    def whole(self) -> Expression:
        found = self._options()
        if self.at < len(self.pattern):
            raise self._wrong("closes what was not opened")
        return found

    def _options(self) -> Expression:
        options = [self._sequence()]
        while self._next() == "|":
            self.at += 1
            options.append(self._sequence())
        return _either(*options)

    def _sequence(self) -> Expression:
        found: Expression = EMPTY
        while self._next() not in ("", "|", ")"):
            found = _then(found, self._repeated())
        return found

    def _repeated(self) -> Expression:
        part = self._one()
        while (sign := self._next()) in ("*", "+", "?", "{") and sign:
            self.at += 1
            if sign == "{":
                part = self._counted(part)
            elif sign == "?":
                part = _either(EMPTY, part)
            else:
                part = _repeat(part) if sign == "*" else _then(part, _repeat(part))
        return part

    def _counted(self, part: Expression) -> Expression:
        inside = self.pattern[self.at : self.pattern.find("}", self.at)]
        least, comma, most = inside.partition(",")
        if "}" not in self.pattern[self.at :] or not least.isdecimal() or not (most.isdecimal() or not most):
            raise self._wrong("is no count", "write {2}, {2,} or {2,4}")
        low, high = int(least), int(most or least)
        if low > high or max(low, high) > MOST_REPEATED:
            raise self._wrong(f"counts {inside}", f"the smaller number first, {MOST_REPEATED:,} at most")
        self.at += len(inside) + 1
        found = _repeat(part) if comma and not most else EMPTY
        for _ in range(high - low):
            found = _either(EMPTY, _then(part, found))
        for _ in range(low):
            found = _then(part, found)
        return found

    def _one(self) -> Expression:
        sign = self._next()
        if sign == "(":
            self.at += 1
            found = self._options()
            if self._next() != ")":
                raise self._wrong("is where ) is missing")
            self.at += 1
            return found
        if sign == ".":
            self.at += 1
            return OneOf(frozenset(self.symbols or ()))
        if sign == "[":
            return self._any_of()
        if sign in ANCHORS:
            raise self._wrong("is an anchor elsewhere; here a word is matched as a whole", "leave it out, or write \\^")
        if sign in SPECIAL_CHARACTERS:
            raise self._wrong("has nothing before it to repeat, or closes nothing", "put a backslash before a symbol")
        return OneOf(frozenset(self._symbol()))

    def _any_of(self) -> Expression:
        self.at += 1
        other = self._next() == "^"
        self.at += other
        found: set[str] = set()
        while self._next() not in ("]", ""):
            found |= self._span()
        if not self._next() or not found:
            raise self._wrong("is where a symbol or ] is missing")
        self.at += 1
        self.named |= found
        symbols = frozenset(self.symbols or ()) - found if other else frozenset(found)
        return OneOf(symbols) if symbols else NOTHING

    def _span(self) -> set[str]:
        """A symbol in brackets, or those of the language from one to another."""
        first, last = self._symbol(), ""
        if self._next() == "-" and self.pattern[self.at + 1 : self.at + 2] not in ("", "]"):
            self.at += 1
            last = self._symbol()
            if last < first:
                self.at -= 1
                raise self._wrong(f"is before {first!r}, where the range begins", "the smaller symbol first")
        span = {chr(code) for code in range(ord(first), ord(last or first) + 1)}
        return span if self.symbols is None else span & set(self.symbols)

    def _symbol(self) -> str:
        escaped = self._next() == "\\"
        self.at += escaped
        symbol = self._next()
        if escaped and symbol.isalnum():
            raise self._wrong(
                "has a meaning after a backslash elsewhere, and none here", "write the symbols themselves"
            )
        if not symbol or (self.symbols is not None and symbol not in self.symbols):
            raise self._wrong("is no symbol of the language", f"symbols are {' '.join(self.symbols or ())}")
        self.at += 1
        self.named.add(symbol)
        return symbol

    def _next(self) -> str:
        return self.pattern[self.at : self.at + 1]

    def _wrong(self, what: str, mend: str = "") -> TaskError:
        here = f"{self._next()!r}" if self._next() else "its end"
        reason = Reason(f"{self.pattern!r}, at {self.at}", f"{here} {what}", mend)
        return TaskError("the regular expression cannot be read", reason)

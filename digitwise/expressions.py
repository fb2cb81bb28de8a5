"""Any Boolean function as a circuit of NAND perceptrons: from an expression, or from a truth table.

expression := term { "or" term }      term := factor { "and" factor }
factor := part { "xor" part }          part := "not" part | "(" expression ")" | name | 0 | 1
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import count, product

from digitwise.circuits import Circuit, Gate, nand
from digitwise.errors import InputError

MOST_INPUTS = 10
MOST_CHARACTERS = 1_000
DEEPEST = 50  # of brackets in brackets
WORDS = ("or", "and", "xor", "not")
SIGNS = {"|": "or", "&": "and", "^": "xor", "~": "not", "!": "not"}

Wire = str | bool
"""An input, a gate, or what is known to be 0 or 1."""


@dataclass
class Builder:
    """NAND gates added one by one; none twice, none whose output is known without it."""

    inputs: list[str]
    gates: dict[tuple[str, str], Gate] = field(default_factory=dict)
    complements: dict[str, str] = field(default_factory=dict)
    names: Iterator[str] = field(default_factory=lambda: (f"nand {k}" for k in count(1)))

    def nand(self, a: Wire, b: Wire) -> Wire:
        """Return not (a and b)."""
        if a is False or b is False:
            return True
        if a is True:
            return self.complement(b)
        if b is True or a == b:
            return self.complement(a)
        if self.complements.get(a) == b:
            return True
        return self._gate(a, b)

    def complement(self, a: Wire) -> Wire:
        """Return not a."""
        if isinstance(a, bool):
            return not a
        if a not in self.complements:
            gate = self._gate(a, a)
            self.complements[a], self.complements[gate] = gate, a
        return self.complements[a]

    def both(self, a: Wire, b: Wire) -> Wire:
        """Return a and b."""
        return self.complement(self.nand(a, b))

    def either(self, a: Wire, b: Wire) -> Wire:
        """Return a or b."""
        return self.nand(self.complement(a), self.complement(b))

    def one_of(self, a: Wire, b: Wire) -> Wire:
        """Return a xor b."""
        if isinstance(a, bool) or isinstance(b, bool):
            known, other = (a, b) if isinstance(a, bool) else (b, a)
            return self.complement(other) if known else other
        not_both = self.nand(a, b)
        return self.nand(self.nand(a, not_both), self.nand(not_both, b))

    def circuit(self, output: Wire) -> Circuit:
        """Return what was built, without gates that don't matter for the output."""
        if isinstance(output, bool):
            # A perceptron without a source is on or off for good.
            name = "output" if "output" not in self.inputs else "constant output"
            gate = Gate(name, (), (), 1.0 if output else -1.0)
            return Circuit(self.inputs, [gate], [name])
        needed = {output}
        gates = []
        for gate in reversed(self.gates.values()):  # each after those that feed it
            if gate.name in needed:
                needed.update(gate.sources)
                gates.append(gate)
        return Circuit(self.inputs, gates[::-1], [output])

    def _gate(self, a: str, b: str) -> str:
        key = (min(a, b), max(a, b))
        if key not in self.gates:
            name = next(name for name in self.names if name not in self.inputs)
            self.gates[key] = nand(name, a, b)
        return self.gates[key].name


def compile_expression(expression: str) -> Circuit:
    """Make a circuit of NAND perceptrons of a Boolean expression, "(a xor b) and not c" say.

    "not" binds closest, then "xor", "and", "or"; also written `~`, `^`, `&`, `|`. The inputs are
    the names in it, in the order of the alphabet; the output is one.

    Raises
    ------
    InputError
        If it can't be read, with the place; or is too long, or has more than 10 names.
    """
    if not isinstance(expression, str) or len(expression) > MOST_CHARACTERS:
        raise InputError(f"expected an expression of at most {MOST_CHARACTERS:,} characters")
    tokens = _split(expression)
    names = sorted({text for text, _ in tokens if text.isidentifier() and text not in WORDS})
    if len(names) > MOST_INPUTS:
        raise InputError(f"expected at most {MOST_INPUTS} inputs; found {len(names)}")
    parser = Parser(expression, tokens, Builder(names))
    return parser.builder.circuit(parser.all())


def compile_table(inputs: Sequence[str], output: Sequence[int]) -> Circuit:
    """Make a circuit of NAND perceptrons that has this truth table.

    Parameters
    ----------
    inputs : names
        n of them, at most 10.
    output : 2**n times 0 or 1
        For inputs 0 ... 0, 0 ... 1, and so on, counting up.

    Raises
    ------
    InputError
        If the output has another length or other values.
    """
    n = len(inputs)
    if n > MOST_INPUTS or len(output) != 2**n or any(bit not in (0, 1) for bit in output):
        raise InputError(
            f"expected 0 or 1 for each of {2 ** min(n, MOST_INPUTS):,} rows, of at most "
            f"{MOST_INPUTS} inputs; found {len(output):,} for {n} inputs"
        )
    builder = Builder(list(inputs))
    found: Wire = False
    for term in _least_terms(n, [k for k, bit in enumerate(output) if bit]):
        product_of: Wire = True
        for name, bit in zip(inputs, term, strict=True):
            if bit is not None:
                product_of = builder.both(product_of, name if bit else builder.complement(name))
        found = builder.either(found, product_of)
    return builder.circuit(found)


Term = tuple[int | None, ...]
"""A value for each input; None where it doesn't matter."""


def _least_terms(n: int, ones: list[int]) -> list[Term]:
    """Few terms that together are 1 where wanted, after Quine (1952) and McCluskey (1956)."""
    terms: set[Term] = {tuple((k >> (n - 1 - i)) & 1 for i in range(n)) for k in ones}
    wanted, prime = set(terms), set()
    while terms:
        wider, used = set(), set()
        for term in terms:
            for i, bit in enumerate(term):
                other = (*term[:i], 1 - bit, *term[i + 1 :]) if bit is not None else None
                if other in terms:
                    wider.add((*term[:i], None, *term[i + 1 :]))
                    used.add(term)
        prime |= terms - used
        terms = wider
    covers = {term: _covered(term) & wanted for term in sorted(prime, key=repr)}
    chosen = []
    while wanted:
        best = max(covers, key=lambda term: len(covers[term] & wanted))
        chosen.append(best)
        wanted -= covers[best]
    return chosen


def _covered(term: Term) -> set[Term]:
    return set(product(*((0, 1) if bit is None else (bit,) for bit in term)))


Token = tuple[str, int]
"""Text, and where it stands."""


def _split(expression: str) -> list[Token]:
    tokens, at = [], 0
    while at < len(expression):
        char = expression[at]
        end = at + 1
        if char.isidentifier():
            while end < len(expression) and expression[at : end + 1].isidentifier():
                end += 1
            word = expression[at:end]
            tokens.append((word.lower() if word.lower() in WORDS else word, at))
        elif char in "()01" or char in SIGNS:
            tokens.append((SIGNS.get(char, char), at))
        elif not char.isspace():
            raise InputError(f"{expression!r}: {char!r} at {at + 1} is no part of an expression")
        at = end
    return tokens


@dataclass
class Parser:
    """Reads an expression from left to right, and builds it."""

    expression: str
    tokens: list[Token]
    builder: Builder
    at: int = 0
    depth: int = 0

    def all(self) -> Wire:
        """Read all of it."""
        found = self._either()
        if self._next is not None:
            raise self._unexpected("the end, or one of: or, and, xor")
        return found

    @property
    def _next(self) -> str | None:
        return self.tokens[self.at][0] if self.at < len(self.tokens) else None

    def _take(self, text: str) -> bool:
        taken = self._next == text
        self.at += taken
        return taken

    def _either(self) -> Wire:
        return self._chain("or", self._both, self.builder.either)

    def _both(self) -> Wire:
        return self._chain("and", self._one_of, self.builder.both)

    def _one_of(self) -> Wire:
        return self._chain("xor", self._part, self.builder.one_of)

    def _chain(
        self, word: str, part: Callable[[], Wire], build: Callable[[Wire, Wire], Wire]
    ) -> Wire:
        found = part()
        while self._take(word):
            found = build(found, part())
        return found

    def _part(self) -> Wire:
        even = True
        while self._take("not"):
            even = not even
        found = self._bracket() if self._take("(") else self._value()
        return found if even else self.builder.complement(found)

    def _bracket(self) -> Wire:
        self.depth += 1
        if self.depth > DEEPEST:
            raise self._unexpected(f"no more than {DEEPEST} brackets in brackets")
        found = self._either()
        if not self._take(")"):
            raise self._unexpected("a closing bracket")
        self.depth -= 1
        return found

    def _value(self) -> Wire:
        text = self._next
        if text in ("0", "1"):
            self.at += 1
            return text == "1"
        if text is None or text in WORDS or not text.isidentifier():
            raise self._unexpected("a name, 0, 1, not, or an opening bracket")
        self.at += 1
        return text

    def _unexpected(self, expected: str) -> InputError:
        if self._next is None:
            found = "its end"
        else:
            found = f"{self._next!r} at {self.tokens[self.at][1] + 1}"
        return InputError(f"{self.expression!r}: expected {expected}; found {found}")

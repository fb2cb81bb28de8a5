"""Boolean functions as circuits of NAND perceptrons, from an expression or a truth table.

Grammar of an expression:

expression := term { "or" term }      term := factor { "and" factor }
factor := part { "xor" part }          part := "not" part | "(" expression ")" | name | 0 | 1
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import count, product

from digitwise.circuits import Circuit, Gate, nand
from digitwise.errors import InputError

MAX_INPUTS = 10
MAX_CHARACTERS = 1_000
MAX_DEPTH = 50  # nested brackets
WORDS = ("or", "and", "xor", "not")
SIGNS = {"|": "or", "&": "and", "^": "xor", "~": "not", "!": "not"}

Wire = str | bool
"""The name of an input or a gate; or a constant."""


@dataclass
class Builder:
    """Builds a circuit of NAND gates; adds no gate twice, and none with a known output."""

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
        """Return the circuit, without gates that the output doesn't depend on."""
        if isinstance(output, bool):
            # A perceptron without sources has a constant output.
            name = "output" if "output" not in self.inputs else "constant output"
            gate = Gate(name, (), (), 1.0 if output else -1.0)
            return Circuit(self.inputs, [gate], [name])
        needed = {output}
        gates = []
        for gate in reversed(self.gates.values()):  # a gate comes before its sources
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
    """Return the circuit of NAND perceptrons of an expression, such as "(a xor b) and not c".

    "not" binds closest, then "xor", "and", "or"; also written `~`, `^`, `&`, `|`. The inputs are
    the names in the expression, in alphabetical order. There is one output.

    Raises
    ------
    InputError
        If the expression has an error (the message says where), is too long, or has more than 10
        names.
    """
    if not isinstance(expression, str) or len(expression) > MAX_CHARACTERS:
        raise InputError(f"expected an expression of at most {MAX_CHARACTERS:,} characters")
    tokens = _split(expression)
    names = sorted({text for text, _ in tokens if text.isidentifier() and text not in WORDS})
    if len(names) > MAX_INPUTS:
        raise InputError(f"expected at most {MAX_INPUTS} inputs; found {len(names)}")
    parser = Parser(expression, tokens, Builder(names))
    return parser.builder.circuit(parser.all())


def compile_table(inputs: Sequence[str], output: Sequence[int]) -> Circuit:
    """Return the circuit of NAND perceptrons with this truth table.

    Parameters
    ----------
    inputs : sequence of str
        Names of n inputs, at most 10.
    output : sequence of 2**n integers, 0 or 1
        Outputs for the inputs 0 ... 0, 0 ... 1, and so on, counting up.

    Raises
    ------
    InputError
        If there are too many inputs, or the output has another length or other values.
    """
    n = len(inputs)
    if n > MAX_INPUTS or len(output) != 2**n or any(bit not in (0, 1) for bit in output):
        raise InputError(
            f"expected 0 or 1 for each of {2 ** min(n, MAX_INPUTS):,} rows, of at most "
            f"{MAX_INPUTS} inputs; found {len(output):,} for {n} inputs"
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
"""A product term: a value for each input, None where the input doesn't matter."""


def _least_terms(n: int, ones: list[int]) -> list[Term]:
    """Return few terms that cover the rows `ones` (Quine 1952, McCluskey 1956)."""
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
"""A token's text, and its index in the expression."""


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
            raise InputError(
                f"{expression!r:.200}: {char!r} at {at + 1} is no part of an expression"
            )
        at = end
    return tokens


@dataclass
class Parser:
    """Recursive-descent parser: reads an expression from left to right and builds its gates."""

    expression: str
    tokens: list[Token]
    builder: Builder
    at: int = 0
    depth: int = 0

    def all(self) -> Wire:
        """Read the whole expression and return its output.

        Raises
        ------
        InputError
            If the expression has an error.
        """
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
        if self.depth > MAX_DEPTH:
            raise self._unexpected(f"no more than {MAX_DEPTH} brackets in brackets")
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
        return InputError(f"{self.expression!r:.200}: expected {expected}; found {found}")

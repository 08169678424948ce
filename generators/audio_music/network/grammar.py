"""Which token may follow: sampling asks it at every step, so that all that is drawn is music."""

from __future__ import annotations

from generators.audio_music.network.tokens import (
    CONDITIONS,
    END,
    RANGES,
    ROLES,
    START,
    STEPS,
    vocabulary,
)

MOST_NOTES = 16  # at one step of a bar


class Grammar:
    """The state after some tokens.

    Attributes:
        roles: Parts that the conditions name.
        bars: How many have begun.
    """

    def __init__(self, barred: frozenset[int] = frozenset()) -> None:
        """Begin; ``barred`` are tokens that are not wanted: no way is opened that only they end."""
        self._barred = barred
        self.roles: list[str] = []
        self.bars = 0
        self._after = "nothing"
        self._beats = self._step = 0
        self._role = -1
        self._key = -1
        self._notes = 0

    def push(self, token: int) -> None:
        """Go on by a token."""
        kind, value = vocabulary().split(token)
        self._after = kind
        if kind == "has":
            self.roles.append(value)
        elif kind == "bar":
            self.bars += 1
            self._beats, self._step = int(value), -1
        elif kind == "step":
            self._step, self._role, self._key, self._notes = int(value), -1, -1, 0
        elif kind == "role":
            number = ROLES.index(value)
            self._key = self._key if number == self._role else -1
            self._role = number
        elif kind in ("pitch", "drum"):
            self._key = int(value)
            self._notes += 1

    def allows(self, token: int) -> bool:
        """Tell whether a token may follow."""
        return any(token in span for span in self.allowed())

    def allowed(self) -> list[range]:
        """Return the ranges of ids that may follow."""
        words = vocabulary()
        chain = ("start", *CONDITIONS)
        if self._after == "nothing":
            return [range(START, START + 1)]
        if self._after in chain[:-1]:
            return [words.spans[chain[chain.index(self._after) + 1]]]
        following = {"bar": "level", "level": "root", "root": "kind", "pitch": "length",
                     "drum": "length", "length": "velocity"}  # fmt: skip
        if self._after in following:
            return [words.spans[following[self._after]]]
        return {
            "brightness": self._parts, "has": self._parts, "kind": self._steps,
            "step": self._first_roles, "role": self._keys, "velocity": self._next_notes,
        }.get(self._after, list)()  # fmt: skip

    def _parts(self) -> list[range]:
        first = ROLES.index(self.roles[-1]) + 1 if self.roles else 0
        span = vocabulary().spans["has"]
        return [span[first:], *(self._bars() if self.roles else [])]

    def _bars(self) -> list[range]:
        return [vocabulary().spans["bar"], *([range(END, END + 1)] if self.bars else [])]

    def _steps(self) -> list[range]:
        span = vocabulary().spans["step"]
        return [span[self._step + 1 : self._beats * STEPS], *self._bars()]

    def _first_roles(self) -> list[range]:
        span = vocabulary().spans["role"]
        return [span[ROLES.index(role) : ROLES.index(role) + 1] for role in self.roles]

    def _keys(self) -> list[range]:
        words, role = vocabulary(), ROLES[self._role]
        if role == "drums":
            span = words.spans["drum"]
            first = self._key + 1 - 35 if self._key >= 0 else 0
            return [span[first:]]
        span, (low, high) = words.spans["pitch"], RANGES[role]
        low = max(low, self._key + 1)
        return [span[low - 24 : high - 24 + 1]]

    def _next_notes(self) -> list[range]:
        made = self._steps()
        if self._notes < MOST_NOTES:
            span = vocabulary().spans["role"]
            for role in self.roles:
                number = ROLES.index(role)
                if number > self._role or (number == self._role and self._room()):
                    made.append(span[number : number + 1])
        return made

    def _room(self) -> bool:
        """Tell whether a higher key of the same part is left."""
        return any(token not in self._barred for span in self._keys() for token in span)

"""Boards: named sets of assets that a person puts together."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from studio.core.asset import Board
from studio.core.errors import IllegalMove, NotFound
from studio.core.ids import new_id
from studio.store.records import clean

if TYPE_CHECKING:
    from collections.abc import Iterable

    from studio.store.database import Database

_MAX_NAME = 120
_SELECT = (
    "SELECT id, name, (SELECT count(*) FROM board_assets b JOIN assets a ON a.number = b.number"
    " WHERE b.board_id = boards.id AND a.trashed_at = 0) FROM boards"
)


class BoardStore:
    """The boards of one library; a part of AssetStore."""

    _db: Database

    def boards(self) -> list[Board]:
        """Return all boards by name, with the number of their living assets."""
        return [Board(*row) for row in self._db.rows(f"{_SELECT} ORDER BY name COLLATE NOCASE")]

    def board(self, board_id: str) -> Board:
        """Return one board.

        Raises:
            NotFound: There is none of that id.
        """
        row = self._db.row(f"{_SELECT} WHERE id = ?", (board_id,))
        if row is None:
            raise NotFound(f"There is no board {board_id}.")
        return Board(*row)

    def create_board(self, name: str) -> Board:
        """Make an empty board.

        Raises:
            IllegalMove: The name is empty or taken.
        """
        with self._db.write():
            board_id = new_id()
            name = self._free_name(name, "")
            self._db.rows(
                "INSERT INTO boards (id, seq, name) VALUES (?, ?, ?)",
                (board_id, self._db.next_seq(), name),
            )
            return self.board(board_id)

    def rename_board(self, board_id: str, name: str) -> Board:
        """Give a board another name.

        Raises:
            NotFound: There is none of that id.
            IllegalMove: The name is empty or taken.
        """
        with self._db.write():
            self.board(board_id)
            self._db.rows(
                "UPDATE boards SET name = ?, seq = ? WHERE id = ?",
                (self._free_name(name, board_id), self._db.next_seq(), board_id),
            )
            return self.board(board_id)

    def _free_name(self, name: str, board_id: str) -> str:
        name = " ".join(clean(name).split())[:_MAX_NAME]
        if not name:
            raise IllegalMove("A board needs a name.")
        taken = self._db.value("SELECT id FROM boards WHERE name = ?", (name,))
        if taken not in (None, board_id):
            raise IllegalMove(f"There is a board “{name}” already.", "Choose another name.")
        return name

    def delete_board(self, board_id: str) -> None:
        """Delete a board; its assets stay.

        Raises:
            NotFound: There is none of that id.
        """
        with self._db.write():
            self.board(board_id)
            self._db.rows("DELETE FROM boards WHERE id = ?", (board_id,))
            self._db.tombstone("boards", board_id)

    def add_to_board(self, board_id: str, ids: Iterable[str]) -> Board:
        """Put assets on a board; those that are there already, or unknown, are passed over.

        Raises:
            NotFound: There is no such board.
        """
        return self._change(
            board_id,
            "INSERT OR IGNORE INTO board_assets SELECT :board, number FROM assets"
            " WHERE id IN (SELECT value FROM json_each(:ids))",
            ids,
        )

    def remove_from_board(self, board_id: str, ids: Iterable[str]) -> Board:
        """Take assets off a board.

        Raises:
            NotFound: There is no such board.
        """
        return self._change(
            board_id,
            "DELETE FROM board_assets WHERE board_id = :board AND number IN"
            " (SELECT number FROM assets WHERE id IN (SELECT value FROM json_each(:ids)))",
            ids,
        )

    def _change(self, board_id: str, sql: str, ids: Iterable[str]) -> Board:
        with self._db.write():
            self.board(board_id)
            self._db.rows(sql, {"board": board_id, "ids": json.dumps(list(ids))})
            self._db.rows("UPDATE boards SET seq = ? WHERE id = ?", (self._db.next_seq(), board_id))
            return self.board(board_id)

    def boards_of(self, asset_id: str) -> list[Board]:
        """Return the boards that an asset is on, by name."""
        return [
            Board(*row)
            for row in self._db.rows(
                f"{_SELECT} WHERE id IN (SELECT board_id FROM board_assets WHERE number ="
                " (SELECT number FROM assets WHERE id = ?)) ORDER BY name COLLATE NOCASE",
                (asset_id,),
            )
        ]

"""The lobby of a station: the dialogs in which people sign in, see to their account, and are told of a wiped station.

It joins the dialogs, which know no transport, to entrance and doors, which know no window; `app` opens it.
"""

import asyncio
from collections.abc import Coroutine

from PySide6.QtWidgets import QWidget

from dispatcher.entrance import Asked, Entered, Entrance
from dispatcher.sync.ports import Trouble
from dispatcher.widgets.theme import Theme


async def ask(
    entrance: Entrance, theme: Theme, centre: str, person: str, parent: QWidget | None, *, fixed: bool = False
) -> Entered | None:
    """Ask who signs in until it works, None when the person gives up; with `fixed` it can be nobody else."""
    from dispatcher.transport.doors import CodeWanted
    from dispatcher.ui import strings
    from dispatcher.ui.dialogs.sign_in import SignInDialog

    notes, entrance.notes = [strings.trouble(note) for note in entrance.notes], []
    dialog = SignInDialog(
        theme, centre, person, parent, passphrase=entrance.wants_passphrase, fixed=fixed, note="\n".join(notes)
    )
    answer: asyncio.Future[Entered | None] = asyncio.get_running_loop().create_future()
    tasks = _Tasks()

    async def attempt(asked: Asked) -> None:
        try:
            entered = await entrance.enter(asked)
        except Trouble as trouble:
            said = "\n".join(strings.trouble(words) for words in (*entrance.notes, str(trouble)))
            entrance.notes = []
            dialog.tell(said, code_wanted=isinstance(trouble, CodeWanted))
            return
        if not answer.done():
            answer.set_result(entered)
        dialog.tell("")

    def gave_up() -> None:
        if not answer.done():
            answer.set_result(None)

    def asked(centre: str, person: str, password: str, code: str, passphrase: str) -> None:
        tasks.start(attempt(Asked(centre, person, password, code, passphrase)))

    dialog.sign_in_requested.connect(asked)
    dialog.rejected.connect(gave_up)
    dialog.open()
    try:
        return await answer
    finally:
        tasks.cancel()
        dialog.deleteLater()


class AccountDesk:
    """What a signed-in person can do about himself, over one station's window."""

    def __init__(self, entrance: Entrance, entered: Entered, theme: Theme, parent: QWidget, unsent: int) -> None:
        from dispatcher.transport.doors import Account
        from dispatcher.ui.dialogs.account import AccountDialog

        self._entrance = entrance
        self._entered = entered
        self._account = Account(entered.centre, entered.token, entered.tls)
        self._tasks = _Tasks()
        self.dialog = AccountDialog(theme, unsent, parent)
        self.dialog.password_requested.connect(self._asked_for_password)
        self.dialog.end_requested.connect(self._asked_to_end)
        self.dialog.finished.connect(self._tasks.cancel)
        self._tasks.start(self._list())
        self.dialog.open()

    async def sign_out(self) -> None:
        """Forget the token here, and at the centre if it can be reached."""
        self._entrance.sign_out(self._entered)
        try:
            await self._account.sign_out()
        except Trouble:
            return  # it runs out by itself; here nobody can use it any more

    def _asked_for_password(self, old: str, new: str) -> None:
        self._tasks.start(self._change_password(old, new))

    def _asked_to_end(self, session: str) -> None:
        self._tasks.start(self._end(session))

    async def _list(self) -> None:
        from dispatcher.ui import strings
        from dispatcher.ui.dialogs.account import Place

        try:
            found = await self._account.sessions()
        except Trouble as trouble:
            self.dialog.tell(strings.trouble(str(trouble)))
            return
        self.dialog.show_places(
            [Place(s.id, s.created_at, s.expires_at, s.station or s.address, is_here=s.this) for s in found]
        )

    async def _change_password(self, old: str, new: str) -> None:
        from dispatcher.ui import strings

        try:
            await self._account.change_password(old, new)
            await self._entrance.take_password(self._entered, new)
        except Trouble as trouble:
            self.dialog.tell(strings.trouble(str(trouble)))
            return
        self.dialog.password_changed()
        await self._list()

    async def _end(self, session: str) -> None:
        from dispatcher.ui import strings

        try:
            await self._account.end(session)
        except Trouble as trouble:
            self.dialog.tell(strings.trouble(str(trouble)))
            return
        await self._list()


async def tell(theme: Theme, reason: str) -> None:
    """Say why this station has been wiped, until it has been read."""
    from dispatcher.ui.dialogs.notice import NoticeDialog

    dialog = NoticeDialog(theme, reason)
    read = asyncio.get_running_loop().create_future()
    dialog.finished.connect(lambda: None if read.done() else read.set_result(None))
    dialog.open()
    try:
        await read
    finally:
        dialog.deleteLater()


class _Tasks:
    """Tasks of one dialog, ended with it."""

    def __init__(self) -> None:
        self._running: set[asyncio.Task[None]] = set()

    def start(self, work: Coroutine[object, object, None]) -> None:
        """Run something beside everything else."""
        task = asyncio.create_task(work)
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    def cancel(self) -> None:
        """End what still runs."""
        for task in self._running:
            task.cancel()

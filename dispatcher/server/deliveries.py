"""Acts of a station that is lost for good, handed in by its office: judged as their maker's, once, and only then.

Promises: an act is judged only where the session that proves it was at a station declared lost (the order to wipe it),
it was made before that, stands as it was made, and its maker is still of the office that hands it in; the acts of one
station on one case in their order, each after the one before it was accepted. Whatever else keeps an act from being
judged is said (`Obstacle`) and is no verdict. A second delivery is answered with the verdict of the first.
"""

from collections.abc import Callable, Collection, Sequence
from typing import Final, NamedTuple

import msgspec

from dispatcher.models.events import Deliverer
from dispatcher.models.ids import PersonId, UnitId
from dispatcher.models.organisation import Actor, office_of
from dispatcher.models.queue import epoch_ms
from dispatcher.models.verdicts import Accepted, Settled
from dispatcher.server.desk import Desk
from dispatcher.server.hub import Console, Hub
from dispatcher.server.submitted import flaw_of, not_for_the_feed, with_hints_masked
from dispatcher.storage.ledger import Account, Ledger
from dispatcher.storage.officekeeping import OfficeBook
from dispatcher.storage.stations import SessionThere
from dispatcher.wire import BadMessage, Delivery, Fault, Lost, NotJudged, Obstacle, SessionKey, Undelivered
from dispatcher.wire.proofs import holds, lacks_caller, session_key

AT_MOST: Final = 256


class _Found(NamedTuple):
    """What the ledger says of one delivery."""

    there: SessionThere | None
    account: Account | None
    before_accepted: bool


class Deliveries:
    """Takes what consoles deliver; `key_of` gives what each session proves its acts by."""

    def __init__(self, desk: Desk, hub: Hub) -> None:
        self._desk = desk
        self._hub = hub

    async def key_of(self, token_hash: str, person: PersonId) -> SessionKey:
        """Give the key of a session; raises Trouble."""
        return session_key(await self._secret(), token_hash, person)

    async def tell_lost(self, console: Console, sessions: Collection[str]) -> None:
        """Name those of some sessions whose station has been declared lost; says nothing where there is none."""
        if len(sessions) > AT_MOST:
            raise BadMessage(Fault.BAD_FIELD, f"{len(sessions)} sessions, at most {AT_MOST}")
        if not sessions:
            return
        found = await self._desk.read(lambda ledger: ledger.stations.sessions(sessions))
        lost = tuple(sorted(each.session for each in found.values() if each.lost_since is not None))
        if lost:
            console.write(Lost(sessions=lost))

    async def take(self, console: Console, deliveries: Sequence[Delivery]) -> None:
        """Judge what may be judged, one after the other, and tell what became of each. Raises Trouble."""
        if len(deliveries) > AT_MOST:
            raise BadMessage(Fault.BAD_FIELD, f"{len(deliveries)} acts, at most {AT_MOST}")
        unit = office_of(console.actor)
        by = Deliverer(by=console.actor.person, by_name=console.actor.name)
        left: list[NotJudged] = []
        for delivery in deliveries:
            maker = Obstacle.MAKER_MOVED if unit is None else await self._maker(delivery, unit)
            if isinstance(maker, Obstacle):
                left.append(NotJudged(act=delivery.act.id, why=maker))
                continue
            act = msgspec.structs.replace(with_hints_masked(delivery.act), delivered_by=by)
            outcome = await self._desk.judge(act, maker)
            self._hub.owe(console, Settled(act=act.id, verdict=outcome.verdict))
        if left:
            console.write(Undelivered(acts=tuple(left)))

    async def _maker(self, delivery: Delivery, unit: UnitId) -> Actor | Obstacle:
        """Give who made an act, as the centre knows him now, or what keeps it from being judged as his."""
        act, proof, secret = delivery.act, delivery.proof, await self._secret()
        found = await self._desk.read(lambda ledger: _found(ledger, delivery, unit))
        if found.there is None or flaw_of(act) or act.delivered_by is not None:
            return Obstacle.NOT_PROVED
        if not holds(session_key(secret, proof.session, found.there.person), delivery):
            return Obstacle.NOT_PROVED
        if found.there.lost_since is None:
            return Obstacle.NOT_LOST
        if epoch_ms(act.made_at) > epoch_ms(found.there.lost_since):  # as exact as the ledger is
            return Obstacle.MADE_AFTER
        if found.account is None or found.account.disabled_at is not None:
            return Obstacle.MAKER_DISABLED
        maker = found.account.actor
        if office_of(maker) != unit or not_for_the_feed(act, maker) is not None:
            return Obstacle.MAKER_MOVED
        if not found.before_accepted:
            return Obstacle.NEEDS_ANOTHER
        return Obstacle.LACKS_CALLER if lacks_caller(delivery) else maker

    async def _secret(self) -> bytes:
        return await secret_of(self._desk, OfficeBook.proof_secret)


async def secret_of(desk: Desk, read: Callable[[OfficeBook], bytes | None]) -> bytes:
    """Give one of the offices' secrets, which is made where there is none yet; raises Trouble."""
    while (secret := await desk.read(lambda ledger: read(ledger.offices))) is None:
        await desk.write(lambda ledger: ledger.offices.make_secrets())
    return secret


def _found(ledger: Ledger, delivery: Delivery, unit: UnitId) -> _Found:
    proof = delivery.proof
    there = ledger.stations.sessions([proof.session]).get(proof.session)
    account = ledger.accounts.get(there.person) if there is not None else None
    verdicts = ledger.offices.verdicts([proof.after], unit) if proof.after else ()
    accepted = any(isinstance(settled.verdict, Accepted) for settled in verdicts)
    return _Found(there, account, accepted or not proof.after)

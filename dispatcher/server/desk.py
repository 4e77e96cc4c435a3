"""The one desk of a process at which acts are judged: a single writer thread around the ledger, with group commit.

Promises: acts are judged in the order they were queued, all that waited share one transaction, and an answer is
given only for what is durable. Whoever queued an act hears first, then `committed` hears of the whole commit, both on
the event loop. Reading goes through a thread of its own, so a long first sync holds up no commit.
When an act could not be judged (the disk failed), later ones of the same stream are not judged either: they were
made on top of it. Knows nothing of sockets.
"""

import asyncio
import functools
import logging
import queue
from collections.abc import Callable, Sequence
from typing import NamedTuple, TypeVar

from dispatcher.models.commands import Act
from dispatcher.models.law import Law
from dispatcher.models.organisation import Actor
from dispatcher.server.hands import Hands, Threads
from dispatcher.server.inforce import InForce
from dispatcher.server.metrics import Metrics
from dispatcher.storage.ledger import LawMoved, Ledger, Outcome
from dispatcher.storage.news import News, news_of
from dispatcher.sync.ports import Clock, Trouble

BATCH = 256
"""Acts that share one transaction at most."""

log = logging.getLogger(__name__)
_T = TypeVar("_T")


class Stream:
    """Acts that build on each other, such as those of one connection; `trouble` is why it can go no further."""

    def __init__(self) -> None:
        self.trouble: Trouble | None = None


class Job(NamedTuple):
    """One queued act and who hears of it."""

    act: Act
    actor: Actor
    stream: Stream
    judged: Callable[[Outcome], None]
    failed: Callable[[Trouble], None]


class _Errand(NamedTuple):
    """Something else to be written: it runs between two commits."""

    run: Callable[[], None]


class Desk:
    """This process's only writer of the ledger, and its owner. Made and closed on the loop that hears the answers.

    `in_force` is the law that acts are judged by. When another process has changed it, it is read again before the
    first act after the change is judged. `hands` are threads of its own unless it is given others; they end with it.
    """

    def __init__(
        self,
        ledger: Ledger,
        in_force: InForce,
        clock: Clock,
        committed: Callable[[News], None],
        hands: Hands | None = None,
    ) -> None:
        self._ledger = ledger
        self.in_force = in_force
        self._clock = clock
        self._committed = committed
        self.metrics = Metrics()
        self._loop = asyncio.get_running_loop()
        self._queue: queue.SimpleQueue[Job | _Errand] = queue.SimpleQueue()
        self.hands = hands or Threads()
        self._called = False  # a turn that has not begun will find whatever is queued by then
        self._closed = False
        self.trouble: Trouble | None = None

    @property
    def law(self) -> Law:
        """What acts are judged by."""
        return self.in_force.law

    @property
    def queued(self) -> int:
        """How many acts and errands wait for the writer."""
        return self._queue.qsize()

    def enqueue(self, job: Job) -> None:
        """Queue an act; exactly one of its two callbacks is called, on the loop."""
        if self._closed:
            job.failed(Trouble("the centre is stopping"))
        else:
            self._put(job)

    async def judge(self, act: Act, actor: Actor) -> Outcome:
        """Queue one act on its own and give what became of it once that is durable; raises Trouble."""
        answer: asyncio.Future[Outcome] = self._loop.create_future()
        self.enqueue(Job(act, actor, Stream(), _setter(answer), _refuser(answer)))
        return await answer

    async def judge_all(self, acts: Sequence[Act], actor: Actor) -> list[Outcome | Trouble]:
        """Queue independent acts together and give what became of each, in their order."""
        answers: dict[int, Outcome | Trouble] = {}
        done: asyncio.Future[None] = self._loop.create_future()

        def note(place: int, answer: Outcome | Trouble) -> None:
            answers[place] = answer
            if len(answers) == len(acts) and not done.done():
                done.set_result(None)

        for place, act in enumerate(acts):
            heard = functools.partial(note, place)
            self.enqueue(Job(act, actor, Stream(), heard, heard))
        if acts:
            await done
        return [answers[place] for place in range(len(acts))]

    async def write(self, errand: Callable[[Ledger], _T]) -> _T:
        """Run something that writes (a session, an account) on the writer's thread; raises Trouble."""
        if self._closed:
            raise Trouble("the centre is stopping")
        answer: asyncio.Future[_T] = self._loop.create_future()

        def run() -> None:
            try:
                value = errand(self._ledger)
            except Exception as error:  # noqa: BLE001  (not swallowed: it is raised where it was asked for)
                self._loop.call_soon_threadsafe(_refuser(answer), error)
            else:
                self._loop.call_soon_threadsafe(_setter(answer), value)

        self._put(_Errand(run))
        return await answer

    async def write_on_duty(self, errand: Callable[[Ledger], _T]) -> _T:
        """Do as `write` does while this centre is on duty; raises OffDuty, with nothing written, when it is not."""

        def run(ledger: Ledger) -> _T:
            with ledger.on_duty():
                return errand(ledger)

        return await self.write(run)

    async def judge_made(self, make: Callable[[Ledger], Sequence[Act]], actor: Actor) -> list[Outcome]:
        """Judge acts that are made, on duty, of the ledger as it stands between two commits; raises Trouble."""

        def judge(ledger: Ledger) -> list[Outcome]:
            acts = make(ledger)
            try:
                outcomes = self._judged([(act, actor) for act in acts])
                self._loop.call_soon_threadsafe(self._made_known, outcomes)
            finally:
                ledger.untold = None
            return outcomes

        return await self.write_on_duty(judge)

    async def read(self, question: Callable[[Ledger], _T]) -> _T:
        """Ask the ledger something on the reading thread; raises Trouble."""
        return await self.hands.read(functools.partial(question, self._ledger))

    async def probe(self) -> None:
        """Raise the Trouble that keeps acts from being judged, if there still is one."""
        if self.trouble is not None:
            await self.write(lambda ledger: ledger.probe())
            self.trouble = None

    async def close(self) -> None:
        """Judge what is queued, let the hands go and close the ledger; harmless when repeated."""
        if self._closed:
            return
        self._closed = True
        await self.hands.close()
        self._ledger.close()

    def _put(self, item: Job | _Errand) -> None:
        self._queue.put(item)
        if not self._called:
            self._called = True
            self.hands.write(self._turn)

    # The writer's thread.

    def _turn(self) -> None:
        """Do all that is queued: acts that stand together in one transaction, an errand between two."""
        self._called = False
        batch: list[Job] = []
        while True:
            try:
                item = self._queue.get_nowait()
            except queue.Empty:
                break
            if isinstance(item, Job):
                batch.append(item)
                if len(batch) < BATCH:
                    continue
            if batch:
                self._judge(batch)
                batch = []
            if isinstance(item, _Errand):
                item.run()
        if batch:
            self._judge(batch)

    def _judge(self, batch: list[Job]) -> None:
        sound = [job for job in batch if job.stream.trouble is None]
        stopped = [(job, job.stream.trouble) for job in batch if job.stream.trouble is not None]
        try:
            answered = self._commit(sound)
        except Trouble as trouble:
            self.trouble = trouble
            log.error("%d acts could not be judged: %s", len(sound), trouble)  # noqa: TRY400  (words, not a traceback)
            if len(sound) > 1 and self._alive():
                for job in batch:  # one of them may be what the database cannot take
                    self._judge([job])
                return
            for job in sound:
                job.stream.trouble = trouble
            stopped = [(job, job.stream.trouble or trouble) for job in batch]
            answered = []
        else:
            self.trouble = None if sound else self.trouble
        self._loop.call_soon_threadsafe(self._tell, answered, stopped)
        self._ledger.untold = None

    def _commit(self, jobs: list[Job]) -> list[tuple[Job, Outcome]]:
        if not jobs:
            return []
        try:
            with self.metrics.commit(len(jobs)):
                outcomes = self._judged([(job.act, job.actor) for job in jobs])
        except Trouble:
            raise
        except Exception as bug:  # the centre's last-chance handler: one act must not stop the city
            log.critical("a bug in judging %s", [job.act.id for job in jobs], exc_info=bug)
            raise Trouble(f"a fault in the centre's program ({type(bug).__name__}); it has been written down") from bug
        return list(zip(jobs, outcomes, strict=True))

    def _judged(self, acts: Sequence[tuple[Act, Actor]]) -> list[Outcome]:
        while True:
            now = self._clock.now()
            try:
                return self._ledger.judge(acts, self.in_force.at(now), now, self.in_force.revision)
            except LawMoved:
                book, revision = self._ledger.law_in_force()
                self.in_force.take(book, revision, now)

    def _alive(self) -> bool:
        try:
            self._ledger.head()
        except Trouble:
            return False
        return True

    def _tell(self, answered: Sequence[tuple[Job, Outcome]], stopped: Sequence[tuple[Job, Trouble]]) -> None:
        for job, outcome in answered:
            self.metrics.judged(outcome.verdict)
            job.judged(outcome)
        for job, trouble in stopped:
            job.failed(trouble)
        self._made_known([outcome for _, outcome in answered])

    def _made_known(self, outcomes: Sequence[Outcome]) -> None:
        news = news_of(each for outcome in outcomes for each in in_order(outcome))
        if news is not None:
            self._committed(news)


def in_order(outcome: Outcome) -> tuple[Outcome, ...]:
    """Give an outcome and those of what followed from it, in the order of their revisions."""
    return outcome, *outcome.followed_by


def _setter(answer: "asyncio.Future[_T]") -> Callable[[_T], None]:
    def settle(value: _T) -> None:
        if not answer.done():
            answer.set_result(value)

    return settle


def _refuser(answer: "asyncio.Future[_T]") -> Callable[[Exception], None]:
    def settle(error: Exception) -> None:
        if not answer.done():
            answer.set_exception(error)

    return settle

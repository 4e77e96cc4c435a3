"""A titled panel of the wall: ground, title, note, and how a line of words is written in it."""

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QFont, QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from dispatcher.ui.wall.lettering import letter
from dispatcher.ui.wall.sizes import Sizes
from dispatcher.widgets.paint import LEFT, RIGHT, Painted, outline
from dispatcher.widgets.theme import Theme


class WallPanel(Painted):
    """A titled panel of the wall; subclasses paint what is in it."""

    def __init__(self, theme: Theme, sizes: Sizes, title: str, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self.sizes = sizes
        self.title = title
        self.note = ""
        self.now_ms = 0
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.restyle()

    def set_sizes(self, sizes: Sizes) -> None:
        """Take the sizes of another screen."""
        self.sizes = sizes
        self.restyle()
        self.updateGeometry()
        self.update()

    def restyle(self) -> None:
        """Make the fonts."""
        self._plain = self.theme.font_px(self.sizes.text)
        self._strong = self.theme.font_px(self.sizes.text, bold=True)
        self._cap = QFontMetricsF(self._plain).capHeight()

    def sizeHint(self) -> QSize:
        """A title and one row at least."""
        return QSize(self.sizes.text * 12, self.head() + self.sizes.row)

    def minimumSizeHint(self) -> QSize:
        """A title and one row at least."""
        return QSize(100, self.head() + self.sizes.row)

    def head(self) -> int:
        """How high the title is."""
        return round(self.sizes.row * 1.1)

    def room(self) -> int:
        """How many rows fit below the title."""
        return max(1, int(self.height() - self.head() - self.pad() * 0.3) // self.sizes.row)

    def step(self) -> float:
        """How high a row is: the rows that fit share the room between them."""
        return max(self.sizes.row, (self.height() - self.head() - self.pad() * 0.3) / self.room())

    def paintEvent(self, event: QPaintEvent) -> None:
        """Ground and title."""
        del event
        painter = QPainter(self)
        rect = QRectF(self.rect())
        outline(painter, rect, self.theme.size("radius.card"), None, self.theme.colour("surface"))
        pad = self.pad()
        head = QRectF(pad, 0, rect.width() - 2 * pad, self.head())
        self.words(painter, head, self.title, self._strong, "text")
        self.words(painter, head, self.note, self._plain, "text_muted", RIGHT)
        self.paint_inside(painter)
        painter.end()

    def paint_inside(self, painter: QPainter) -> None:
        """Paint what is below the title."""

    def pad(self) -> float:
        """Room at the sides."""
        return self.sizes.text * 0.5

    def words(
        self,
        painter: QPainter,
        rect: QRectF,
        text: str,
        font: QFont,
        ink: str,
        align: Qt.AlignmentFlag = LEFT,
    ) -> float:
        """Write a text in a box, elided where it must be; gives how wide it is."""
        metrics = QFontMetricsF(font)
        shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, rect.width())
        width = metrics.horizontalAdvance(shown)
        left = rect.right() - width if align == RIGHT else rect.left()
        letter(painter, left, self.baseline(rect), shown, font, self.theme.colour(ink))
        return width

    def baseline(self, rect: QRectF) -> float:
        """Give where the letters of a row stand: the same for plain, bold and digits."""
        return rect.center().y() + self._cap / 2

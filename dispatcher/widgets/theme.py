"""The look as values: colours, fonts, sizes of one theme, read from the design tokens.

A theme is made once, at start or when a person switches, and passed by hand to every widget; there is no
current theme. Asking for a name that the tokens do not have is a mistake in the program and raises KeyError.
"""

import functools
from dataclasses import dataclass
from importlib import resources
from string import Template
from types import MappingProxyType
from typing import Final, cast

import msgspec
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPalette
from PySide6.QtWidgets import QApplication, QToolTip

from dispatcher.widgets import fonts
from dispatcher.widgets.stylesheet import TEMPLATE

THEMES: Final = ("dark", "light", "high_contrast")

_Tree = dict[str, object]


@dataclass(frozen=True, eq=False)
class Theme:
    """One look. The colours and fonts it gives are shared: do not change them."""

    name: str
    family: str
    colours: MappingProxyType[str, QColor]
    sizes: MappingProxyType[str, int]
    type_px: MappingProxyType[str, int]
    fonts: MappingProxyType[tuple[str, bool], QFont]

    @property
    def is_dark(self) -> bool:
        """Tell whether the ground is darker than the text."""
        return self.colour("background").lightness() < self.colour("text").lightness()

    def colour(self, path: str) -> QColor:
        """Give a colour by its path in the tokens: `text_muted`, `sla.red.mark`."""
        return self.colours[path]

    def has_colour(self, path: str) -> bool:
        """Tell whether the theme has the colour: chips of no urgency have no line, most states no plate."""
        return path in self.colours

    def font(self, role: str, bold: bool = False) -> QFont:
        """Give the font of a role: caption body body_strong title headline countdown countdown_compact clock
        dialog_title keycap.
        """
        return self.fonts[role, bold]

    def font_px(self, pixels: int, bold: bool = False) -> QFont:
        """Make a font of any size: the wall's sizes follow from its distance, not from the scale of roles."""
        return fonts.make_font(self.family, pixels, bold=bold)

    @property
    def has_bold(self) -> bool:
        """Tell whether the typeface has a bold face; without one, figures of 64 px and more need `draw_large`."""
        return fonts.has_bold(self.family)

    def space(self, step: int) -> int:
        """Give a distance of `step` units of 4 px."""
        return step * self.sizes["space.unit"]

    def size(self, path: str) -> int:
        """Give a size or radius in device-independent pixels: `row.standard`, `button`, `radius.chip`."""
        return self.sizes[path]

    def row_height(self, density: str) -> int:
        """Give the height of a list row, `compact`, `standard` or `comfortable`: the token's or what the text needs."""
        one = QFontMetricsF(self.font("countdown_compact" if density == "compact" else "countdown"))
        two = QFontMetricsF(self.font("caption"))
        # Noto's box holds ascenders no hanzi has: 0.95 of it never cuts a glyph, and keeps 46 px at 17 + 12.
        needs = one.height() * 0.95 + (0 if density == "compact" else two.height() * 0.95)
        return max(self.size(f"row.{density}"), round(needs + 3))

    def palette(self) -> QPalette:
        """Make the palette for whatever the stylesheet does not reach."""
        palette = QPalette()
        role = QPalette.ColorRole
        for where, path in (
            (role.Window, "background"),
            (role.Base, "surface"),
            (role.AlternateBase, "raised"),
            (role.Button, "raised"),
            (role.ToolTipBase, "raised"),
            (role.WindowText, "text"),
            (role.Text, "text"),
            (role.ButtonText, "text"),
            (role.ToolTipText, "text"),
            (role.BrightText, "text"),
            (role.PlaceholderText, "text_muted"),
            (role.Highlight, "accent"),
            (role.HighlightedText, "on_accent"),
            (role.Link, "accent_text"),
            (role.LinkVisited, "accent_text"),
            (role.Light, "line_strong"),
            (role.Midlight, "line"),
            (role.Mid, "line"),
            (role.Dark, "line"),
            (role.Shadow, "sunken"),
        ):
            palette.setColor(where, self.colour(path))
        for where in (role.WindowText, role.Text, role.ButtonText):
            palette.setColor(QPalette.ColorGroup.Disabled, where, self.colour("text_disabled"))
        return palette

    def stylesheet(self) -> str:
        """Give the style sheet for the whole program: flat, lines of 1 px, a focus ring of 2 px."""
        names = {path.replace(".", "_"): colour.name() for path, colour in self.colours.items()}
        names |= {f"px_{path.replace('.', '_')}": f"{value}px" for path, value in self.sizes.items()}
        names |= {f"px_{role}": f"{value}px" for role, value in self.type_px.items()}
        return Template(TEMPLATE).substitute(names)

    def apply(self, application: QApplication) -> None:
        """Dress the whole program: style, fonts, palette, style sheet. Widgets of ours also need `set_theme`."""
        application.setStyle("Fusion")
        application.setFont(self.font("body"))
        QToolTip.setFont(self.font("caption"))
        application.setPalette(self.palette())
        application.setStyleSheet(self.stylesheet())


def load_theme(name: str) -> Theme:
    """Make a theme: `dark`, `light` or `high_contrast` (a hyphen will do); needs a QGuiApplication."""
    name = name.replace("-", "_")
    tokens = _tokens()
    family = fonts.chinese_family()
    colours = {path: QColor(str(value)) for path, value in _flat(_tree(_tree(tokens["themes"])[name])).items()}
    sizes = _pixels(_tree(tokens["size"]))
    sizes |= {f"radius.{key}": value for key, value in _pixels(_tree(tokens["radius"])).items()}
    sizes |= {f"space.{key}": value for key, value in _pixels(_tree(tokens["space"])).items()}
    sizes |= {f"wall.{key}": value for key, value in _pixels(_tree(tokens["wall"])).items()}
    type_px = _pixels(_tree(_tree(tokens["type"])["scale_px"])) | {"keycap": _KEYCAP_PX}
    return Theme(
        name,
        family,
        MappingProxyType(colours),
        MappingProxyType(sizes),
        MappingProxyType(type_px),
        MappingProxyType(
            {
                (role, bold): fonts.make_font(family, pixels, bold=bold)
                for role, pixels in type_px.items()
                for bold in (False, True)
            }
        ),
    )


_KEYCAP_PX = 11


@functools.cache
def _tokens() -> _Tree:
    text = resources.files("dispatcher.resources").joinpath("theme", "tokens.json").read_bytes()
    return msgspec.json.decode(text, type=dict[str, object])


def _tree(value: object) -> _Tree:
    return cast(_Tree, value)


def _flat(tree: _Tree, prefix: str = "") -> dict[str, object]:
    found: dict[str, object] = {}
    for key, value in tree.items():
        if isinstance(value, dict):
            found |= _flat(_tree(cast(object, value)), f"{prefix}{key}.")
        elif value is not None:
            found[prefix + key] = value
    return found


def _pixels(tree: _Tree) -> dict[str, int]:
    return {path: value for path, value in _flat(tree).items() if isinstance(value, int)}

"""The data of the program is found the same way in a checkout and in an installed wheel."""

from importlib import resources


def test_resources_are_found_beside_the_package() -> None:
    assert resources.files("dispatcher.resources").joinpath("__init__.py").is_file()


def test_the_chinese_font_is_there() -> None:
    font = resources.files("noto_cjk_sans_otc").joinpath("NotoSansCJK-Regular.ttc")
    with font.open("rb") as file:
        assert file.read(4) == b"ttcf"

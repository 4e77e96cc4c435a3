"""Where the packages are, which `pyproject.toml` alone cannot say.

`resources/` stands at the top of the repository and is installed as `dispatcher.resources`; everything
else about the build is in `pyproject.toml`.
"""

from setuptools import find_packages, setup

setup(
    packages=[*find_packages(include=["dispatcher", "dispatcher.*"]), "dispatcher.resources"],
    package_dir={"dispatcher.resources": "resources"},
)

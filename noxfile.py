"""The steps of this repository: what must pass on main, and each task by itself.

    nox -l                     the list
    nox -s lint                one step
    nox -s tests -- -k merge   one step; what follows -- goes to its command
    .ci/run                    the steps below, in a clean clone, on a bare machine

A step takes the package from one wheel, which is built once in a run of nox from the
files as they are. Steps that say "clean clone" work on the last commit instead.
"""

import functools
import os
import re
import shutil
import tempfile
import time
from contextlib import contextmanager
from glob import glob
from pathlib import Path
from subprocess import DEVNULL, call, check_output

import nox

ROOT = Path(__file__).parent
BEGAN = time.monotonic()

# What must pass on main, in this order; the other steps are for those who work here.
nox.options.sessions = [
    "lint",
    "quickstart",
    "readme_tests",
    "package",
    "no_compiler",
    "oldest",
    "newest",
    "torch",
    "fuzz",
    "benchmarks",
    "dask",
    "oldest_dask",
    "notebook",
    "adding_a_scale",
    "docs",
    "site",
]
nox.options.stop_on_first_error = True
nox.options.error_on_external_run = True
nox.options.reuse_venv = "yes"  # a new one takes a minute; .ci/run begins without any
nox.options.default_venv_backend = "venv"

os.environ |= {"PIP_QUIET": "1", "MPLBACKEND": "Agg"}
for name in ("PYTHONPATH", "SKNORM_KERNELS", "VIRTUAL_ENV"):
    os.environ.pop(name, None)

COMPILED = {"SKNORM_KERNELS": "compiled"}
QUICK = "--hypothesis-profile=quick"
OLDEST = [
    "scikit-learn==1.6.0",
    "numpy==2.0.0",
    "scipy==1.13.0",
    "pandas==2.2.2",
    "polars==1.5.0",
    "pyarrow==16.0.0",
]
OLDEST_DASK = ["dask==2025.1.0", "distributed==2025.1.0"]


def step(function=None, **options):
    """Register a session that says how many seconds have passed when it begins."""
    if function is None:
        return functools.partial(step, **options)

    @functools.wraps(function)
    def timed(session):
        title, seconds = function.__doc__.rstrip("."), time.monotonic() - BEGAN
        print(f"\n== {session.name}: {title} ({seconds:.0f} s)", flush=True)
        function(session)

    return nox.session(timed, **options)


@functools.cache
def wheel_folder():
    """Return an empty folder for the wheel of this run, removed when nox ends."""
    return tempfile.TemporaryDirectory(prefix="sknorm-")


def replace_package(session, source):
    """Install the package itself, also where one of the same version is."""
    session.install("--force-reinstall", "--no-deps", source)


def install_wheel(session, folder, *requirements, extras="test"):
    """Install the package from the wheel in a folder, with extras and requirements."""
    # There is one wheel; or none, where nox was told to install nothing (-R).
    for wheel in glob(f"{folder}/*.whl"):
        replace_package(session, wheel)
        session.install(f"{wheel}[{extras}]", *requirements)


def install(session, *requirements, extras="test"):
    """Install the package as its files are, with extras and requirements."""
    folder = wheel_folder().name
    if not os.listdir(folder):
        command = ["pip", "wheel", "--no-deps", f"--wheel-dir={folder}", str(ROOT)]
        session.run_install(*command)
    install_wheel(session, folder, *requirements, extras=extras)


@contextmanager
def clean_clone(session):
    """Work in a clean clone of the last commit, which is removed afterwards."""
    status = ["git", "-C", str(ROOT), "status", "--porcelain"]
    if check_output(status):
        session.warn("The clone holds the last commit, without the changes since.")
    with tempfile.TemporaryDirectory() as folder:
        session.run("git", "clone", "--quiet", str(ROOT), folder, external=True)
        with session.chdir(folder):
            yield Path(folder)


def suite(session, kernels, *arguments):
    """Run the tests of the current folder against what is installed."""
    environment = {"SKNORM_KERNELS": kernels}
    session.run("pytest", "-q", "-n", "2", *arguments, env=environment)


def readme_command(session, word):
    """Run, as it stands, the only shell command of the README that holds a word."""
    text = Path("README.md").read_text()
    blocks = re.findall(r"^```sh\n(.*?)^```$", text, re.M | re.S)
    (command,) = [line for line in "".join(blocks).splitlines() if word in line]
    session.run("bash", "-euc", command, external=True)


def interpreters():
    """Yield the Pythons of this machine, newest first."""
    root = "/nowhere"
    if shutil.which("pyenv"):
        root = check_output(["pyenv", "root"], text=True).strip()
    for minor in (15, 14, 13, 12, 11):
        found = glob(f"{root}/versions/3.{minor}.*/bin/python3")
        for python in [*found, shutil.which(f"python3.{minor}")]:
            # A shim of pyenv may stand for a version that is not chosen, and fails.
            if python and not call([python, "-c", ""], stderr=DEVNULL):
                yield python


@step
def lint(session):
    """Check style, formatting, hooks, types, stub, layers and changelog fragments."""
    install(session, extras="dev")
    session.run("ruff", "check", ".")
    session.run("ruff", "format", "--check", ".")
    hooks = {"PRE_COMMIT_HOME": str(session.cache_dir / "pre-commit")}
    session.run("pre-commit", "run", "--all-files", env=hooks)
    session.run("mypy")
    stubtest = ["stubtest", "--mypy-config-file", "pyproject.toml"]
    session.run(*stubtest, "sknorm._kernels._core")
    session.run("lint-imports")
    session.run("towncrier", "build", "--draft", "--version", "next")


@step(venv_backend="none")
def quickstart(session):
    """Run the quickstart as README says, and the other examples, in a clean clone."""
    with clean_clone(session) as clone:
        readme_command(session, "quickstart.py")
        for name in ("quickstart", "quickstart_spectra", "quickstart_sunspots"):
            if not (clone / f"{name}.png").stat().st_size:
                session.error(f"{name}.png is empty")
        for example in ["examples/restoring.py", *sorted(glob("examples/plot_*.py"))]:
            session.run(".venv/bin/python", "-W", "error", example, external=True)


@step(venv_backend="none")
def readme_tests(session):
    """Run all tests, compiled, as README says, in a clean clone."""
    with clean_clone(session):
        readme_command(session, "pytest")


@step
def tests(session):
    """Run the tests with the compiled core; arguments after -- go to pytest."""
    install(session)
    suite(session, "compiled", *session.posargs)


@step
def generic(session):
    """Run the tests with NumPy alone; arguments after -- go to pytest."""
    install(session)
    suite(session, "generic", *session.posargs)


@step
def package(session):
    """Build sdist and wheel from a clean clone; test both, compiled and generic."""
    session.install("build")
    with clean_clone(session) as clone:
        session.run("python", "-m", "build", silent=True)
        session.log(" ".join(sorted(glob("dist/*"))))
        install_wheel(session, clone / "dist")
        suite(session, "compiled", QUICK, *session.posargs)
        suite(session, "generic", QUICK, *session.posargs)
        (sdist,) = glob("dist/*.tar.gz")
        session.run("tar", "xzf", sdist, external=True)
        replace_package(session, sdist)
        (unpacked,) = glob("sknorm-*/")
        with session.chdir(unpacked):
            suite(session, "compiled", QUICK, *session.posargs)


@step
def no_compiler(session):
    """Build without a C compiler; test it, and what it says when asked for the core."""
    with clean_clone(session) as clone:
        command = ["pip", "wheel", "--no-deps", "--wheel-dir=generic", "."]
        session.run(*command, env={"CC": "/bin/false"})
        if not glob("generic/*-py3-none-any.whl"):
            session.error("the wheel is bound to a platform")
        install_wheel(session, clone / "generic")
        command = ["python", "-P", "-c", "import sknorm"]
        refusal = session.run(*command, env=COMPILED, success_codes=[1], silent=True)
        if "Did you forget to build?" not in refusal:
            session.error(refusal)
        session.log(refusal.splitlines()[-1])
        suite(session, "", QUICK, *session.posargs)


@step
def oldest(session):
    """Run the tests with the oldest supported versions."""
    install(session, *OLDEST)
    suite(session, "compiled", QUICK, *session.posargs)


@step(venv_backend="none")
def newest(session):
    """Run the tests on the newest Python here that the dependencies serve."""
    binary = "numpy,scipy,scikit-learn,pandas,polars,pyarrow"
    for python in interpreters():
        with tempfile.TemporaryDirectory() as folder:
            session.run(python, "-m", "venv", folder, external=True)
            pip = [f"{folder}/bin/pip", "install", "--only-binary", binary]
            if call([*pip, f"{ROOT}[test]"]):
                session.log(f"{python} is not served")
                continue
            command = [f"{folder}/bin/pytest", "-q", "-n", "2", QUICK]
            session.run(*command, *session.posargs, env=COMPILED, external=True)
            return
    session.error("no Python that the dependencies serve")


@step
def torch(session):
    """Run the tests of parity with PyTorch."""
    install(session, "torch==2.13.0")
    session.run("pytest", "-q", "-m", "torch", *session.posargs, env=COMPILED)


@step
def fuzz(session):
    """Compare core and oracle on random cases; arguments after -- go to fuzz.py."""
    install(session, extras="pandas")
    arguments = session.posargs or ["--cases", "20000", "--seed", "0"]
    session.run("python", "tests/fuzz.py", *arguments, env=COMPILED)


@step
def benchmarks(session):
    """Run every benchmark, small; or benchmarks/run.py with the arguments after --."""
    peers = ["numbagg", "opencv-python-headless", "torch==2.13.0"]
    install(session, *peers, extras="test,plot")
    if session.posargs:
        session.run("python", "benchmarks/run.py", *session.posargs)
        return
    with tempfile.TemporaryDirectory() as folder:
        run = ["python", "benchmarks/run.py", "--rounds", "2", "--output", folder]
        session.run(*run, "--small")
        session.run(*run, "--check", "transform")
    session.run("python", "benchmarks/window_accuracy.py")


@step
def dask(session):
    """Run the tests with Dask, and the example of data out of core."""
    install(session, "distributed", extras="test,dask")
    session.run("pytest", "-q", "tests/with_dask", *session.posargs, env=COMPILED)
    session.run("python", "-P", "examples/out_of_core.py")
    session.run("python", "benchmarks/parts.py", "--small", "--turns", "1")


@step
def oldest_dask(session):
    """Run the tests with Dask with the oldest supported versions."""
    install(session, *OLDEST, *OLDEST_DASK, extras="test,dask")
    session.run("pytest", "-q", "tests/with_dask", *session.posargs, env=COMPILED)


@step
def notebook(session):
    """Execute the notebooks of examples/."""
    install(session, extras="test,notebook")
    session.run("pytest", "-q", "tests/notebook", *session.posargs)


@step
def adding_a_scale(session):
    """Apply the worked diff of CONTRIBUTING.md to a clean clone; test what it adds."""
    concerned = "peak or laws or plain_loop or test_scales or docstring"
    with clean_clone(session):
        session.run("git", "apply", "docs/adding_a_scale.diff", external=True)
        session.install(".[test]")
        suite(session, "compiled", "-k", concerned, *session.posargs)


@step
def docs(session):
    """Build the site into site/; warnings are errors."""
    install(session, extras="docs")
    for made in ("how_to", "reference/generated", "reference/examples"):
        # What is left of a page that is no more would be a warning.
        shutil.rmtree(ROOT / "docs" / made, ignore_errors=True)
    command = ["sphinx-build", "-W", "--keep-going", "-j", "2", *session.posargs]
    session.run(*command, "docs", "site")


@step(requires=["docs"])
def site(session):
    """Look at the site in a browser: errors, links, search, widths, themes."""
    if not shutil.which("chromium") and os.getuid() == 0:
        session.run("apt-get", "-qq", "update", external=True)
        command = ["apt-get", "-qq", "install", "--yes", "chromium"]
        session.run(*command, silent=True, external=True)
    install(session, extras="site")
    session.run("pytest", "-q", "tests/site", *session.posargs)


@step(venv_backend="none")
def serve(session):
    """Serve site/ to this machine, at port 8000 or that after --."""
    command = ["python3", "-m", "http.server", "--bind", "127.0.0.1"]
    session.run(*command, "--directory", "site", *session.posargs, external=True)


@step(venv_backend="none")
def sanitized(session):
    """Run the tests under AddressSanitizer and UndefinedBehaviorSanitizer."""
    session.run("bash", "tests/sanitized.sh", *session.posargs, external=True)


@step
def mutants(session):
    """Change the files named in pyproject.toml line by line; list what no test sees."""
    install(session, "mutmut")
    where = ["python", "-P", "-c", "import sknorm; print(sknorm.__path__[0])"]
    package = session.run(*where, silent=True).strip()
    mutmut = ["python", "-P", "-m", "mutmut"]
    with tempfile.TemporaryDirectory() as folder, session.chdir(folder):
        shutil.copytree(package, "sknorm")
        shutil.copytree(ROOT / "tests", "tests")
        shutil.copy(ROOT / "pyproject.toml", ".")
        session.run(*mutmut, "run", *session.posargs, env=COMPILED)
        results = session.run(*mutmut, "results", silent=True)
        left = re.findall(r"(\S+): (?:survived|no tests)", results)
        # Which tests see a line depends on the kernels.
        Path("mutants/mutmut-stats.json").unlink()
        if left:
            session.run(*mutmut, "run", *left, env={"SKNORM_KERNELS": "generic"})
        session.run(*mutmut, "results")

/**
 * The Python program in which an answer is run. It reads `{ program, token, seconds, cpuSeconds,
 * memoryBytes, fileBytes, processes }` from standard input, limits a child of its own, executes the program there, and writes one JSON line to
 * file descriptor 3: the token, which only a program that came to its end gets written, or the error.
 *
 * Landlock (Linux ≥ 5.13) takes away writing outside the working folder and, from its fourth version on, TCP; its
 * numbers are those of linux/landlock.h, its system calls the same on every architecture.
 */
export const RUNNER_SOURCE = `
import ctypes, json, os, resource, signal, sys

RULESET, RULE, RESTRICT = 444, 445, 446
WRITE, TRUNCATE = 1 << 1, 1 << 14
CHANGES = WRITE | sum(1 << bit for bit in range(4, 13))

class Ruleset(ctypes.Structure):
    _fields_ = [("fs", ctypes.c_uint64), ("net", ctypes.c_uint64), ("scoped", ctypes.c_uint64)]

class Beneath(ctypes.Structure):
    _pack_ = 1
    _fields_ = [("allowed", ctypes.c_uint64), ("fd", ctypes.c_int32)]

def landlock():
    if not sys.platform.startswith("linux"):
        return
    call = ctypes.CDLL(None, use_errno=True).syscall
    version = call(RULESET, None, 0, 1)
    if version < 1:
        return
    handled = CHANGES | (1 << 13 if version >= 2 else 0) | (TRUNCATE if version >= 3 else 0)
    rules = Ruleset(handled, 3 if version >= 4 else 0, 3 if version >= 6 else 0)
    size = 24 if version >= 6 else 16 if version >= 4 else 8
    ruleset = call(RULESET, ctypes.byref(rules), size, 0)
    if ruleset < 0:
        return
    for path, allowed in ((".", handled), (os.devnull, handled & (WRITE | TRUNCATE))):
        opened = os.open(path, getattr(os, "O_PATH", os.O_RDONLY))
        beneath = Beneath(allowed, opened)
        call(RULE, ruleset, 1, ctypes.byref(beneath), 0)
        os.close(opened)
    ctypes.CDLL(None).prctl(38, 1, 0, 0, 0)
    if call(RESTRICT, ruleset, 0) != 0:
        raise OSError("landlock refused")
    os.close(ruleset)

def limit(order):
    for name, value in (
        ("RLIMIT_CPU", order["cpuSeconds"]),
        ("RLIMIT_AS", order["memoryBytes"]),
        ("RLIMIT_FSIZE", order["fileBytes"]),
        ("RLIMIT_NPROC", order["processes"]),
        ("RLIMIT_CORE", 0),
    ):
        kind = getattr(resource, name, None)
        if kind is None:
            continue
        try:
            resource.setrlimit(kind, (value, value))
        except (ValueError, OSError):
            # macOS refuses some: what holds then is the clock.
            pass

def execute(order, report):
    program, token = order.pop("program"), order.pop("token")
    devnull = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(devnull, descriptor)
    landlock()
    limit(order)
    try:
        exec(compile(program, "answer.py", "exec"), {"__name__": "__main__"})
        result = {"token": token}
    except BaseException as error:
        result = {"error": (type(error).__name__ + ": " + str(error))[:500]}
    os.write(report, (json.dumps(result) + "\\n").encode())
    os._exit(0)

order = json.loads(sys.stdin.read())
seconds = order.pop("seconds")
child = os.fork()
if child == 0:
    execute(order, 3)
late = []
signal.signal(signal.SIGALRM, lambda *_: (late.append(True), os.kill(child, signal.SIGKILL)))
signal.setitimer(signal.ITIMER_REAL, seconds)
_, status = os.waitpid(child, 0)
if os.WIFSIGNALED(status):
    error = "not done after %g s" % seconds if late else "killed by signal %d" % os.WTERMSIG(status)
    os.write(3, (json.dumps({"error": error}) + "\\n").encode())
`;

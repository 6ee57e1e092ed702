"""Runs many command lines of Alembic in one process: a request a line, an answer a line."""

import io
import json
import os
import sys
import traceback
import warnings

answers = sys.stdout
# Alembic keeps the stream that is there when it is imported.
sys.stdout = caught = io.StringIO()
sys.stderr = io.StringIO()

from alembic.config import CommandLine  # noqa: E402

sys.dont_write_bytecode = True


def answer(arguments):
    caught.seek(0)
    caught.truncate()
    code = 0
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            CommandLine().main(arguments)
    except SystemExit as exit:
        code = exit.code or 0
    except BaseException:
        code = 1
        caught.write(traceback.format_exc())
    return [code, caught.getvalue()]


for line in sys.stdin:
    request = json.loads(line)
    os.chdir(request["directory"])
    print(json.dumps([answer(it) for it in request["commands"]]), file=answers, flush=True)

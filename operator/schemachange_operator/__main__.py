"""Programs in one image: `operator`, `run <command>` and `schg`. None loads another's libraries."""

import sys


def main() -> int:
    """Start the program that the first argument names. Answers its exit code."""
    program, arguments = sys.argv[1:2], sys.argv[2:]
    if program == ["operator"]:
        from schemachange_operator.controller import main as operator  # noqa: PLC0415

        return operator.main()
    if program == ["run"]:
        from schemachange_operator.runner import main as runner  # noqa: PLC0415

        return runner.main(arguments)
    if program == ["schg"]:
        from schemachange_operator.command.main import main as schg  # noqa: PLC0415

        return schg(arguments)
    sys.stderr.write("usage: python -m schemachange_operator operator | run <command> | schg <command>\n")
    return 64


if __name__ == "__main__":
    sys.exit(main())

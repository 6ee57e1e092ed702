//! The history: files, graph, plan, journal, runner.

"""How we work hard: supervised workers, jobs with stop and progress, scans, exports."""

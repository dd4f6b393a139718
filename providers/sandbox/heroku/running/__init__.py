"""What really runs behind the answers: dynos, jobs, Postgres, dumps, Git repositories."""

"""WHAT IS DONE: the jobs that a user asks for, from the command line or from Python, and what both need for them.

`pipeline` is the main job, in order. It stands on `search` (which seed) and `opened` (one run, in the hand). Beside it:
many runs (`findings`), other people's models (`imports`, `gallery`), and what is given (`given_task`, `given_files`).
Nothing is exported here, so that a command loads only the job that it does.
"""

"""What each group of calls is about."""

TAGS = {
    "health": "Whether the process answers, is ready, and how busy it is.",
    "models": "Which models there are.",
    "detection": "Phrases and a picture become boxes.",
    "generation": "A prompt becomes text, token by token.",
    "OpenAI's format": "The same, for programs that speak OpenAI's format already.",
    "jobs": "Many detections or texts at once, done in the background.",
    "runs": "What was run: lists, streams, pictures, downloads, and runs that follow from runs.",
    "prompts": "The library of prompts, with versions.",
    "feedback": "Ratings of runs, verdicts on boxes, saved views and exports.",
    "triage": "Everybody's ratings, as reviewers read and answer them.",
    "quality": "What verdicts say of phrases, and the thresholds set from them.",
    "usage": "How much was run and written.",
    "limits": "How much may be used, by role and by person.",
    "me": "Who is calling, and their own sign-ins and password.",
    "keys": "API keys: made, revoked, restored.",
    "users": "Everybody's accounts.",
    "plugins": "What is installed beside the product.",
    "system": "Models, queues and the state of the process; a notice to everybody.",
    "audit": "What was done to accounts and settings, and by whom.",
}

"""One client for OpenAI-compatible chat endpoints."""

from seehear.chat.answer import Answer, NoAnswer, Usage
from seehear.chat.asking import Checked, ask, ask_json
from seehear.chat.cache import AnswerCache, default_folder
from seehear.chat.endpoint import KEY_VARIABLE, Chat, Endpoint
from seehear.chat.limiter import RateLimiter
from seehear.chat.message import Audio, Image, Message, Part, Request, Text, Video, said
from seehear.chat.parallel import bounded_map
from seehear.chat.recording import RecordedEndpoint, Recorder, open_endpoint
from seehear.chat.repair import Parsed, parsed_json

__all__ = [
    "KEY_VARIABLE",
    "Answer",
    "AnswerCache",
    "Audio",
    "Chat",
    "Checked",
    "Endpoint",
    "Image",
    "Message",
    "NoAnswer",
    "Parsed",
    "Part",
    "RateLimiter",
    "RecordedEndpoint",
    "Recorder",
    "Request",
    "Text",
    "Usage",
    "Video",
    "ask",
    "ask_json",
    "bounded_map",
    "default_folder",
    "open_endpoint",
    "parsed_json",
    "said",
]

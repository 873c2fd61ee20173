"""The labels, and the many words that mean them.

A phrase is read word by word: plurals become singular, the longest known run of words wins over shorter ones, what
comes before "of", "in", "on", "with" ... over what comes after, doings (barking, clapping) over the doer when that is
only a person, and among equals the last, as English puts the head of a compound last.
"""

import re

from seehear.voices.catalogue import CATALOGUE

SYNONYMS: dict[str, str] = {
    "airplane": "aeroplane plane jet aircraft airliner | jet plane | jet engine | fighter jet",
    "alarm": "beep beeper beeping buzzer | smoke alarm | fire alarm | car alarm | smoke detector | reversing beep",
    "alarm clock": "| ringing alarm clock",
    "applause": "applauding cheering ovation",
    "baby": "infant newborn toddler crying sobbing | crying baby | baby cry | baby crying",
    "bell": "gong doorbell chime tolling carillon church | church bell | ringing bell | wind chime"
             " | hand bell | door bell",
    "bicycle": "bike cyclist cycling tricycle pushbike unicycle | person on bicycle",
    "bicycle bell": "| bike bell | bell of bicycle | service bell | desk bell",
    "bird": "songbird sparrow robin blackbird canary finch parrot pigeon seagull gull crow chirping chirp birdsong"
            " tweeting tweet budgie swallow nightingale warbler | bird song",
    "boat": "ship motorboat speedboat ferry barge yacht vessel canoe | motor boat",
    "bounce": "ball basketball bouncing football volleyball tennis dribbling | sports ball | soccer ball"
              " | tennis ball | table tennis | ping pong | rolling ball",
    "bubbles": "bubble bubbling boiling kettle aquarium | boiling water",
    "bus": "coach minibus trolleybus | school bus",
    "car": "automobile sedan suv taxi cab van vehicle jeep convertible hatchback engine pickup driving limousine"
           " minivan | police car | race car | racing car | sports car | motor vehicle | car engine",
    "cart": "trolley wagon wheelbarrow stroller pram wheelchair carriage rickshaw pushchair"
            " | shopping cart | shopping trolley",
    "cat": "kitten kitty meow meowing miaow feline",
    "clap": "clapping handclap | hand clap | hands clapping",
    "clock": "watch ticking tick wristwatch stopwatch | wall clock | grandfather clock | clock tick | clock ticking",
    "contact": "impact hit touch thud",
    "cow": "cattle bull calf ox moo mooing buffalo",
    "cricket": "grasshopper cicada insect katydid",
    "crowd": "audience spectator market restaurant cafe chatter chattering babble party | group of people"
             " | crowd of people",
    "dog": "puppy hound terrier labrador poodle bark barking canine woof spaniel husky | dog bark",
    "door": "gate slam slamming doorway | car door | door slam",
    "drone": "quadcopter quadrocopter multicopter uav hovering",
    "drum": "drums drummer drumming snare tom bongo conga djembe tabla timpani percussion tambourine"
            " | drum kit | bass drum | drum set",
    "fan": "ventilator blower ventilation | ceiling fan | electric fan | air conditioner | hair dryer | hair drier",
    "fire": "flame fireplace campfire bonfire burning crackling candle stove | camp fire",
    "footsteps": "footstep step walking walker pedestrian walk running runner jogger jogging hiker jog"
                 " footfall marching strolling",
    "friction": "rub rubbing scrape scraping sliding scratch scratching brushing sweeping",
    "frog": "toad croak croaking",
    "glass": "breaking shatter shattering | breaking glass | broken glass",
    "gravel": "pebble crunch crunching | footsteps on snow | walking on snow | footsteps on gravel"
             " | walking on gravel | steps on gravel",
    "guitar": "plucking strum strumming ukulele banjo lute harp bass string guitarist mandolin sitar zither koto"
              " | plucked string | acoustic guitar | electric guitar | bass guitar",
    "hammer": "hammering anvil blacksmith nailing carpenter chisel",
    "helicopter": "chopper rotorcraft",
    "horn": "honk honking hoot hooting trumpet foghorn klaxon | car horn | truck horn | ship horn | train horn"
            " | air horn",
    "horse": "pony hoof hooves hoofbeat gallop galloping trot trotting donkey mule zebra stallion mare rider"
             " | horse rider",
    "knock": "knocking tapping rap rapping woodblock woodpecker chopping | wooden box | knock on door"
             " | knocking on door",
    "laugh": "laughter laughing giggle giggling chuckle chuckling",
    "motorcycle": "motorbike moped scooter motorcyclist chopperbike motocross | motor bike | dirt bike",
    "person": "man woman boy girl child kid people human adult lady guy men women children pedestrians teenager"
              " student worker player",
    "phone": "telephone cellphone mobile smartphone ringtone | cell phone | mobile phone | phone ringing",
    "piano": "pianist harpsichord xylophone marimba vibraphone | grand piano | piano player",
    "pig": "piglet hog boar swine sow grunt grunting oink",
    "pouring": "pour filling tap faucet shower sink | water tap | pouring water | running water",
    "propeller plane": "propeller biplane | light aircraft | small plane | prop plane",
    "rain": "rainfall raining drizzle raindrop downpour",
    "sheep": "lamb goat ram ewe bleat bleating",
    "siren": "ambulance police firetruck emergency | fire truck | fire engine | emergency vehicle"
             " | police siren | car siren | siren of police car",
    "skateboard": "skateboarder skateboarding rollerblade skate skater rollerskate | roller skate | inline skates",
    "speech": "talking talk voice speaking speaker singer conversation lecture narrator announcer presenter"
              " reporter teacher whisper | man speaking | woman speaking | person talking | male speech"
              " | female speech | human voice | person singing | man singing | woman singing | people singing",
    "stream": "river brook creek waterfall fountain water | flowing water | running stream",
    "surf": "wave ocean sea beach shore surfer surfing seaside coast surfboard | ocean wave | sea wave",
    "thunder": "thunderstorm lightning storm thunderclap explosion cannon firework",
    "tractor": "digger excavator bulldozer harvester combine lawnmower mower generator | lawn mower",
    "traffic": "street road highway motorway city | city street | car traffic",
    "train": "railway tram metro subway locomotive streetcar railroad railcar | steam train | train on rails",
    "truck": "lorry semi tanker trailer | garbage truck | dump truck",
    "wind": "breeze gust windy tree leaf leaves rustle rustling blizzard kite flag | wind gust",
}  # fmt: skip
"""Words, and after each bar a phrase, by label."""

SILENT = (
    "fire hydrant", "fire extinguisher", "fire exit", "traffic light", "traffic sign", "traffic cone", "street light",
    "street lamp", "street sign", "bus stop", "train station", "car park", "teddy bear", "hot dog", "bird cage",
    "dog bowl", "wine glass", "glass bottle", "water bottle", "bus station", "phone box", "door handle", "toy car",
    "stuffed animal", "horse chestnut", "rain coat", "rain boot", "bicycle rack", "bike rack", "bell pepper",
)  # fmt: skip
"""Phrases that hold a known word and are not that thing."""

STOPS = frozenset(
    ("of", "in", "on", "with", "at", "near", "by", "from", "under", "over", "behind", "beside", "through", "into",
     "along", "while", "across", "to")
)  # fmt: skip
FILLERS = frozenset(
    ("a", "an", "the", "some", "this", "that", "is", "are", "being", "very", "two", "three", "several", "many", "his",
     "her", "its", "their", "my")
)  # fmt: skip
IRREGULAR = {"men": "man", "women": "woman", "children": "child", "people": "people", "hooves": "hoof",
             "leaves": "leaf", "calves": "calf", "oxen": "ox", "buses": "bus"}  # fmt: skip
GENERIC = "person"


def labels() -> list[str]:
    """List the canonical labels.

    Example:
        >>> "helicopter" in labels() and len(labels()) >= 28
        True
    """
    return sorted(CATALOGUE)


def canonical(label: str | None) -> str | None:
    """Give the canonical label of a word or a simple English phrase; None if none is known.

    Example:
        >>> [canonical(one) for one in ("Red cars", "a dog barking", "a man", "fire hydrant")]
        ['car', 'dog', 'person', None]
    """
    if not label:
        return None
    parts: list[list[str]] = [[]]
    words = [word for word in re.findall(r"[a-z]+", label.lower()) if word not in FILLERS]
    whole = _run([_singular(word) for word in words])
    if whole is not None:
        return whole or None
    for word in words:
        if word in STOPS:
            parts.append([])
        else:
            parts[-1].append(_singular(word))
    found = [one for one in (_part(part) for part in parts) if one]
    return next((one for one in found if one != GENERIC), found[0] if found else None)


def _part(words: list[str]) -> str | None:
    """Find the best label among words without a preposition."""
    best: list[tuple[int, int, int, str]] = []
    for first in range(len(words)):
        for last in range(first + 1, min(first + 4, len(words)) + 1):
            label = _run(words[first:last])
            if label is not None:
                best.append((int(label != GENERIC), last - first, last, label))
    return (max(best)[3] or None) if best else None


def _run(words: list[str]) -> str | None:
    return _WORDS.get(" ".join(words))


def _singular(word: str) -> str:
    if word in IRREGULAR:
        return IRREGULAR[word]
    if word.endswith("ies") and len(word) > 4:
        return f"{word[:-3]}y"
    if word.endswith(("ches", "shes", "sses", "xes")):
        return word[:-2]
    return word[:-1] if word.endswith("s") and not word.endswith(("ss", "us", "is")) and len(word) > 3 else word


def _known() -> dict[str, str]:
    table: dict[str, str] = {}
    for label, text in SYNONYMS.items():
        if label in CATALOGUE:
            single, *phrases = text.split("|")
            for phrase in (label, *single.split(), *phrases):
                table[" ".join(_singular(word) for word in phrase.split() if word not in FILLERS)] = label
    table.update(dict.fromkeys(SILENT, ""))
    for label in CATALOGUE:
        table[" ".join(_singular(word) for word in label.split())] = label
    return table


_WORDS = _known()

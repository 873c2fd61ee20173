"""What is where, when: the Scene, its paths, its camera, its file."""

from seehear.scene.camera import Camera
from seehear.scene.direction import (
    angle_between,
    angles_to_vector,
    great_circle,
    rotation_matrix,
    vector_to_angles,
    wrap_azimuth,
)
from seehear.scene.file import json_schema, read_scene, scene_from_json, scene_to_json
from seehear.scene.path import Path, Place
from seehear.scene.scene import (
    Ambience,
    CameraPose,
    CameraSpec,
    Extent,
    FrameCaption,
    Keyframe,
    Room,
    Scene,
    SceneObject,
)

__all__ = [
    "Ambience",
    "Camera",
    "CameraPose",
    "CameraSpec",
    "Extent",
    "FrameCaption",
    "Keyframe",
    "Path",
    "Place",
    "Room",
    "Scene",
    "SceneObject",
    "angle_between",
    "angles_to_vector",
    "great_circle",
    "json_schema",
    "read_scene",
    "rotation_matrix",
    "scene_from_json",
    "scene_to_json",
    "vector_to_angles",
    "wrap_azimuth",
]

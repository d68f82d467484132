"""What kind of sound a file holds."""

from __future__ import annotations

import pytest

from infra.local.simulator.samples import voice_note
from shared.kernel.files import Unreadable, UnreadableFile
from shared.media.sound import MAX_BYTES, recognise_sound


def test_a_voice_note_of_opus_tells_its_length() -> None:
    sound = recognise_sound(voice_note(7.0).data)

    assert (sound.file_name, sound.mime_type, sound.seconds) == ("voice.ogg", "audio/ogg", 7.0)


@pytest.mark.parametrize(
    ("start", "file_name"),
    [
        (b"ID3\x04", "voice.mp3"),
        (b"\xff\xfb\x90", "voice.mp3"),
        (b"\0\0\0\x20ftypM4A ", "voice.m4a"),
        (b"RIFF\0\0\0\0WAVE", "voice.wav"),
        (b"\x1a\x45\xdf\xa3", "voice.webm"),
        (b"fLaC", "voice.flac"),
    ],
)
def test_the_container_names_the_file(start: bytes, file_name: str) -> None:
    assert recognise_sound(start + b"\0" * 200).file_name == file_name


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"#!AMR\n" + b"\0" * 200, Unreadable.FORMAT),
        (b"\xff\xf1" + b"\0" * 200, Unreadable.FORMAT),
        (b"RIFF\0\0\0\0WEBP" + b"\0" * 200, Unreadable.FORMAT),
        (b"<html>" + b" " * 200, Unreadable.FORMAT),
        (b"OggS", Unreadable.TOO_SMALL),
        (b"OggS" + b"\0" * MAX_BYTES, Unreadable.TOO_LARGE),
    ],
)
def test_what_the_service_does_not_take_is_refused(content: bytes, reason: Unreadable) -> None:
    with pytest.raises(UnreadableFile) as caught:
        recognise_sound(content)

    assert caught.value.reason is reason


def test_a_file_that_lies_about_its_length_tells_none() -> None:
    lying = bytearray(voice_note().data)
    last = lying.rfind(b"OggS")
    lying[last + 6 : last + 14] = b"\xff" * 8

    assert recognise_sound(bytes(lying)).seconds is None

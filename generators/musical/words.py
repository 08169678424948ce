"""The words that a music prompt is read by: moods, genres, instruments, in English and Chinese.

Plain data. An id is what recipes and plans say; the first English and the first Chinese word are
what a person is shown.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Word:
    """One thing that can be asked for."""

    id: str
    en: tuple[str, ...]
    zh: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Mood(Word):
    """A mood.

    Attributes:
        brightness: -1 dark to 1 bright: minor or major, and which chords.
        energy: 0 still to 1 driving: tempo, density, loudness of the parts.
    """

    brightness: float = 0.0
    energy: float = 0.5


MOODS = (
    Mood("calm", ("calm", "relaxed", "relaxing", "peaceful", "gentle", "soft", "quiet", "soothing",
                  "serene", "unhurried", "tranquil", "meditative", "spa", "mellow"),
         ("平静", "安静", "舒缓", "放松", "宁静", "柔和", "轻柔", "温柔", "恬静"), 0.4, 0.15),
    Mood("happy", ("happy", "cheerful", "joyful", "bright", "sunny", "fun", "feel good",
                   "feel-good", "joyous", "merry", "optimistic", "positive", "light-hearted"),
         ("欢快", "快乐", "开心", "愉快", "明快", "阳光", "乐观", "轻快"), 0.9, 0.65),
    Mood("warm", ("warm", "cosy", "cozy", "heartfelt", "friendly", "tender", "homely", "sincere",
                  "morning"),
         ("温暖", "温馨", "暖心", "亲切", "真挚", "清晨"), 0.6, 0.35),
    Mood("inspiring", ("inspiring", "uplifting", "motivational", "hopeful", "inspirational",
                       "empowering", "soaring", "aspirational"),
         ("励志", "振奋", "鼓舞", "希望", "激励", "向上", "昂扬"), 0.7, 0.6),
    Mood("energetic", ("energetic", "driving", "powerful", "dynamic", "upbeat", "exciting",
                       "high-energy", "high energy", "pumping", "intense", "sporty",
                       "explosive", "wild"),
         ("动感", "激情", "有力", "活力", "热烈", "强劲", "充满能量", "热血", "劲爆", "激烈"),
         0.3, 0.95),
    Mood("confident", ("confident", "bold", "stylish", "cool", "modern", "sleek", "urban", "slick"),
         ("自信", "时尚", "酷", "现代", "潮流", "大胆"), 0.2, 0.6),
    Mood("playful", ("playful", "quirky", "whimsical", "cute", "funny", "bouncy", "comic",
                     "mischievous", "childlike"),
         ("俏皮", "可爱", "童趣", "搞怪", "活泼", "诙谐"), 0.9, 0.6),
    Mood("elegant", ("elegant", "luxurious", "luxury", "sophisticated", "premium", "classy",
                     "refined", "graceful"),
         ("优雅", "奢华", "高端", "精致", "高级", "典雅"), 0.2, 0.3),
    Mood("dreamy", ("dreamy", "ethereal", "floating", "magical", "airy", "hazy", "spacious"),
         ("梦幻", "空灵", "飘渺", "朦胧", "奇幻"), 0.4, 0.25),
    Mood("nostalgic", ("nostalgic", "wistful", "bittersweet", "vintage", "retro"),
         ("怀旧", "怀念", "复古", "回忆"), 0.1, 0.35),
    Mood("romantic", ("romantic", "loving", "intimate", "sensual"),
         ("浪漫", "爱情", "深情"), 0.5, 0.3),
    Mood("sad", ("sad", "melancholic", "melancholy", "sorrowful", "emotional", "lonely",
                 "touching"),
         ("悲伤", "忧伤", "伤感", "忧郁", "感伤", "孤独"), -0.7, 0.2),
    Mood("dark", ("dark", "ominous", "brooding", "sinister", "gloomy", "menacing", "gritty",
                  "noir"),
         ("黑暗", "阴暗", "阴郁", "暗黑", "诡异", "压抑"), -1.0, 0.45),
    Mood("mysterious", ("mysterious", "mystery", "enigmatic", "curious", "suspenseful"),
         ("神秘", "悬疑", "悬念"), -0.6, 0.35),
    Mood("tense", ("tense", "urgent", "suspense", "anxious", "thriller", "racing"),
         ("紧张", "紧迫", "惊险"), -0.8, 0.75),
    Mood("epic", ("epic", "heroic", "majestic", "grand", "dramatic", "triumphant", "monumental",
                  "trailer"),
         ("史诗", "宏大", "壮丽", "恢弘", "震撼", "磅礴", "英雄"), -0.2, 0.9),
    Mood("festive", ("festive", "celebratory", "celebration", "holiday", "party", "christmas",
                     "new year"),
         ("喜庆", "节日", "庆祝", "过年", "新年", "春节", "圣诞", "派对"), 0.9, 0.75),
)  # fmt: skip

GENRES = (
    Word("corporate", ("corporate", "advertising", "commercial", "business", "technology", "tech"),
         ("企业", "商务", "广告", "宣传片", "科技")),
    Word("pop", ("pop", "indie pop", "dance pop"), ("流行",)),
    Word("rock", ("rock", "indie rock", "punk", "hard rock"), ("摇滚",)),
    Word("acoustic", ("acoustic", "folk", "country", "singer-songwriter", "americana"),
         ("民谣", "乡村", "原声")),
    Word("electronic", ("electronic", "edm", "synth", "electro", "dance", "techno", "trance",
                        "future bass", "drum and bass"),
         ("电子", "电音", "舞曲", "科技感")),
    Word("house", ("house", "deep house", "tropical house", "disco", "nu disco", "club"),
         ("浩室", "迪斯科", "夜店")),
    Word("synthwave", ("synthwave", "eighties", "80s", "retrowave"), ("合成器浪潮", "八十年代")),
    Word("hiphop", ("hip hop", "hip-hop", "hiphop", "trap", "rap", "boom bap", "r&b", "rnb"),
         ("嘻哈", "说唱", "陷阱")),
    Word("lofi", ("lo-fi", "lofi", "lo fi", "chillhop", "chill", "chillout", "study"),
         ("低保真", "慵懒", "休闲")),
    Word("jazz", ("jazz", "swing", "lounge", "jazzy", "bebop", "smooth jazz"), ("爵士", "摇摆乐")),
    Word("bossa", ("bossa nova", "bossa", "latin", "samba", "brazilian", "salsa"),
         ("波萨诺瓦", "拉丁", "桑巴")),
    Word("funk", ("funk", "funky", "soul", "motown", "groovy"), ("放克", "灵魂乐")),
    Word("cinematic", ("cinematic", "film", "film score", "movie", "soundtrack", "hybrid"),
         ("电影感", "电影", "影视", "配乐")),
    Word("orchestral", ("orchestral", "orchestra", "symphonic", "classical", "chamber"),
         ("管弦", "交响", "古典", "室内乐")),
    Word("ambient", ("ambient", "atmospheric", "soundscape", "drone", "new age"),
         ("氛围", "环境音乐", "冥想")),
    Word("playground", ("children", "kids", "nursery", "toy", "cartoon"),
         ("儿童", "卡通", "玩具")),
    Word("guofeng", ("chinese", "chinese traditional", "oriental", "guofeng", "asian"),
         ("国风", "中国风", "古风", "民乐", "东方")),
    Word("reggae", ("reggae", "ska", "dub", "island", "caribbean", "tropical"),
         ("雷鬼", "热带", "海岛")),
    Word("piano", ("solo piano", "piano solo", "piano ballad"), ("钢琴独奏", "钢琴曲")),
)  # fmt: skip

INSTRUMENTS = (
    Word("piano", ("piano", "grand piano", "felt piano", "upright piano"), ("钢琴",)),
    Word("electric_piano", ("electric piano", "rhodes", "wurlitzer", "keys"), ("电钢琴", "电钢")),
    Word("organ", ("organ", "hammond"), ("风琴", "管风琴")),
    Word("accordion", ("accordion",), ("手风琴",)),
    Word("celesta", ("celesta",), ("钢片琴",)),
    Word("glockenspiel", ("glockenspiel", "bells", "glock"), ("钟琴", "铃声")),
    Word("music_box", ("music box",), ("八音盒", "音乐盒")),
    Word("vibraphone", ("vibraphone", "vibes"), ("颤音琴",)),
    Word("marimba", ("marimba", "xylophone", "mallets"), ("马林巴", "木琴")),
    Word("kalimba", ("kalimba", "thumb piano"), ("卡林巴", "拇指琴")),
    Word("steel_drums", ("steel drums", "steelpan", "steel pan"), ("钢鼓",)),
    Word("tubular_bells", ("tubular bells", "chimes"), ("管钟",)),
    Word("nylon_guitar", ("nylon guitar", "classical guitar", "spanish guitar"),
         ("古典吉他", "尼龙吉他")),
    Word("acoustic_guitar", ("acoustic guitar", "steel guitar", "guitar", "ukulele", "strumming"),
         ("木吉他", "民谣吉他", "吉他", "尤克里里")),
    Word("electric_guitar", ("electric guitar", "clean guitar"), ("电吉他",)),
    Word("jazz_guitar", ("jazz guitar",), ("爵士吉他",)),
    Word("distorted_guitar", ("distorted guitar", "distortion guitar", "rock guitar",
                              "heavy guitar", "overdriven guitar", "guitar riffs"),
         ("失真吉他", "重型吉他")),
    Word("muted_guitar", ("muted guitar", "palm muted guitar", "palm-muted guitar"),
         ("闷音吉他",)),
    Word("acoustic_bass", ("double bass", "upright bass", "acoustic bass"),
         ("低音提琴", "倍大提琴")),
    Word("bass_guitar", ("bass guitar", "electric bass", "bassline"), ("贝斯",)),
    Word("synth_bass", ("synth bass", "808 bass", "sub bass", "808"), ("合成贝斯",)),
    Word("violin", ("violin", "fiddle"), ("小提琴",)),
    Word("cello", ("cello",), ("大提琴",)),
    Word("strings", ("strings", "string section", "string ensemble", "violins"),
         ("弦乐", "弦乐组")),
    Word("pizzicato", ("pizzicato", "plucked strings", "pizzicato strings"), ("拨弦", "拨奏")),
    Word("harp", ("harp",), ("竖琴",)),
    Word("synth_strings", ("synth strings",), ("合成弦乐",)),
    Word("choir", ("choir", "choral", "voices", "vocals", "vocal pads"),
         ("合唱", "人声", "唱诗班")),
    Word("trumpet", ("trumpet",), ("小号",)),
    Word("trombone", ("trombone",), ("长号",)),
    Word("horns", ("french horns", "french horn", "horns"), ("圆号", "法国号")),
    Word("brass", ("brass", "brass section", "horn section"), ("铜管",)),
    Word("synth_brass", ("synth brass",), ("合成铜管",)),
    Word("saxophone", ("saxophone", "sax", "alto sax"), ("萨克斯",)),
    Word("oboe", ("oboe",), ("双簧管",)),
    Word("clarinet", ("clarinet",), ("单簧管",)),
    Word("flute", ("flute",), ("长笛",)),
    Word("pan_flute", ("pan flute", "panpipes", "bamboo flute", "dizi", "whistle"),
         ("排箫", "竹笛", "笛子", "箫")),
    Word("synth_lead", ("synth lead", "lead synth", "saw lead", "synthesizer", "synthesiser",
                        "synths"), ("合成器", "合成主音")),
    Word("square_lead", ("square lead", "chiptune", "8-bit", "8 bit"), ("芯片音乐", "方波")),
    Word("synth_pad", ("synth pad", "pad", "pads", "warm pad"), ("铺底", "音垫")),
    Word("pluck", ("pluck", "plucks", "arpeggio", "arpeggios", "arp"), ("琶音",)),
    Word("sitar", ("sitar",), ("西塔琴",)),
    Word("koto", ("koto", "guzheng", "zither"), ("古筝", "筝", "古琴")),
    Word("pipa", ("pipa", "shamisen", "lute"), ("琵琶", "三弦")),
    Word("yangqin", ("dulcimer", "hammered dulcimer", "yangqin"), ("扬琴",)),
    Word("taiko", ("taiko", "big drums", "war drums"), ("太鼓", "大鼓", "战鼓")),
    Word("timpani", ("timpani",), ("定音鼓",)),
    Word("drums", ("drums", "drum kit", "drumkit", "beat", "beats", "percussion", "drum"),
         ("鼓", "鼓点", "打击乐")),
    Word("brushes", ("brushes", "brushed drums", "soft percussion", "light percussion"),
         ("鼓刷", "轻打击乐")),
    Word("drum_machine", ("drum machine", "808 drums", "electronic drums", "808 beat"),
         ("鼓机", "电子鼓")),
    Word("claps", ("claps", "hand claps", "handclaps", "clapping"), ("拍手", "掌声")),
    Word("shaker", ("shaker", "tambourine"), ("沙锤", "铃鼓")),
)  # fmt: skip

#: Course of the energy over the piece.
COURSES = (
    Word(
        "building",
        (
            "building",
            "build up",
            "builds up",
            "build-up",
            "rising",
            "crescendo",
            "growing",
            "builds",
            "swelling",
        ),
        ("渐强", "递进", "逐渐", "层层推进", "推进", "渐进"),
    ),
    Word(
        "steady",
        ("steady", "constant", "even", "underscore", "background bed"),
        ("平稳", "稳定", "背景"),
    ),
    Word("fading", ("fading", "winding down", "calming down", "decrescendo"), ("渐弱", "渐缓")),
)

TEMPI = (
    Word("very_slow", ("very slow", "largo", "adagio"), ("很慢", "极慢")),
    Word("slow", ("slow", "ballad", "downtempo", "andante"), ("慢速", "缓慢", "慢")),
    Word("medium", ("mid-tempo", "midtempo", "moderate", "medium tempo"), ("中速",)),
    Word("fast", ("fast", "up-tempo", "uptempo", "quick", "rapid", "allegro"), ("快速", "快节奏")),
    Word("very_fast", ("very fast", "breakneck", "presto"), ("很快", "极快", "飞快")),
)

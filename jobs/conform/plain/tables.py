"""The small closed tables of the identifier standards, shared by the Spark rules and their plain twins."""

from types import MappingProxyType

# GB/T 2260, first two digits of a division.
PROVINCES = MappingProxyType({
    "11": "北京 Beijing", "12": "天津 Tianjin", "13": "河北 Hebei", "14": "山西 Shanxi", "15": "内蒙古 Inner Mongolia",
    "21": "辽宁 Liaoning", "22": "吉林 Jilin", "23": "黑龙江 Heilongjiang",
    "31": "上海 Shanghai", "32": "江苏 Jiangsu", "33": "浙江 Zhejiang", "34": "安徽 Anhui", "35": "福建 Fujian",
    "36": "江西 Jiangxi", "37": "山东 Shandong",
    "41": "河南 Henan", "42": "湖北 Hubei", "43": "湖南 Hunan", "44": "广东 Guangdong", "45": "广西 Guangxi",
    "46": "海南 Hainan",
    "50": "重庆 Chongqing", "51": "四川 Sichuan", "52": "贵州 Guizhou", "53": "云南 Yunnan", "54": "西藏 Tibet",
    "61": "陕西 Shaanxi", "62": "甘肃 Gansu", "63": "青海 Qinghai", "64": "宁夏 Ningxia", "65": "新疆 Xinjiang",
    "71": "台湾 Taiwan", "81": "香港 Hong Kong", "82": "澳门 Macao",
})
STATE = "100000"  # "State level" in a USCC or a registration number; GB/T 2260 has no such division
TAIWAN_PERMIT = "830000"  # residence permit of Taiwan residents (2018 measures); 83 is no GB/T 2260 province

# GB 32100-2015 table 1 with amendment 1 of 2016. 9/9: public copies disagree, accepted.
DEPARTMENTS = MappingProxyType({
    "1": "机构编制 staffing office", "2": "外交 foreign affairs", "3": "司法行政 justice", "4": "文化 culture",
    "5": "民政 civil affairs", "6": "旅游 tourism", "7": "宗教 religious affairs", "8": "工会 trade unions",
    "9": "市场监管（原工商） market regulation", "A": "中央军委改革和编制办公室 Central Military Commission",
    "N": "农业 agriculture", "Y": "其他 other",
})
CATEGORIES = MappingProxyType({
    "1": {
        "1": "机关 state organ", "2": "事业单位 public institution", "3": "群众团体 mass organisation",
        "9": "其他 other",
    },
    "2": {"1": "外国常驻新闻机构 foreign news bureau", "9": "其他 other"},
    "3": {
        "1": "律师执业机构 law firm", "2": "公证处 notary", "3": "基层法律服务所 grass-roots legal service",
        "4": "司法鉴定机构 forensic institute", "5": "仲裁委员会 arbitration commission", "9": "其他 other",
    },
    "4": {"1": "外国在华文化中心 foreign cultural centre", "9": "其他 other"},
    "5": {
        "1": "社会团体 social organisation", "2": "民办非企业单位 private non-enterprise unit",
        "3": "基金会 foundation", "9": "其他 other",
    },
    "6": {
        "1": "外国旅游部门常驻代表机构 foreign tourism office",
        "2": "港澳台旅游部门常驻代表机构 HK/Macao/Taiwan tourism office", "9": "其他 other",
    },
    "7": {"1": "宗教活动场所 place of worship", "2": "宗教院校 religious college", "9": "其他 other"},
    "8": {"1": "基层工会 grass-roots union", "9": "其他 other"},
    "9": {
        "1": "企业 enterprise", "2": "个体工商户 individual business", "3": "农民专业合作社 farmers' cooperative",
        "9": "其他（存疑） other (public copies of the table disagree)",
    },
    "A": {"1": "军队事业单位 military institution", "9": "其他 other"},
    "N": {
        "1": "组级集体经济组织 group-level collective", "2": "村级集体经济组织 village collective",
        "3": "乡镇级集体经济组织 township collective", "9": "其他 other",
    },
    "Y": {"1": "其他 other"},
})

DIGITS = "0123456789"
USCC_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"  # GB 32100-2015: no I O S V Z; value = position
ALNUM = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
CITIZEN_CHECKS = "10X98765432"  # GB 11643-1999: weighted sum mod 11 -> check character
LICENCE_ROOT = "1.2.156.3005.2."  # GB/T 36904-2018

# Their townships hang directly under the prefecture: 嘉峪关 儋州 东莞 中山.
WITHOUT_COUNTIES = ("620200", "460400", "441900", "442000")

# GB/T 39046-2020 annex A.2 and A.1 (11-19 and 21-29 are extensions by the provinces).
LEVELS = MappingProxyType({
    "1": "国家级 national", "2": "省级 province", "3": "市级 prefecture", "4": "县级 county", "5": "乡级 township",
    "6": "村级 village", "7": "分级 graded",
})
ITEM_TYPES = MappingProxyType({
    "01": "行政许可 licence", "02": "行政处罚 penalty", "03": "行政强制 coercion", "04": "行政征收 levy",
    "05": "行政给付 payment", "06": "行政检查 inspection", "07": "行政确认 confirmation", "08": "行政奖励 reward",
    "09": "行政裁决 ruling", "10": "其他行政权力 other power", "20": "公共服务 public service",
})
